"""Figures that people bring: series noted by hand, and formulas over figures.

`figures` resolves the code of any figure, whether a package counts it, a series holds it or a
formula computes it: `find_figure(session, code)`, `figure_options(session)`. `values` says what
they come to: `value_of(session, code, scope)`, and `figure_values(session, asked)` for many at
once. A code that is no longer known, or something that it is narrowed to and that no longer exists,
gives a `Value` with a `problem` and no number: never a zero.
"""
