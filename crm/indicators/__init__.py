"""Indicators: what the network counts, each figure defined once.

A package says in its `indicators.py` what it lets others count; the wiring adds it to the registry.
Pages, reports, exports and commands then read the same definition:

- `registry.find_indicator(code)`, `registry.known_indicators()`: an `Indicator`, or a `Ratio` of
  two, with its label, its rule in words, its unit, and `splits`, what it can be split by.
- `types.Scope(period, kept, level)`: what is asked. `kept` narrows (`{By.AXIS: ("3",)}`), `level`
  counts structures for themselves or for the one at their top. `Scope.narrowed(by, key)` narrows
  to a part of a split.
- `counting.total(session, indicator, scope)` and `counting.totals(…, periods)`: a `Value`: its
  `count` (cents for money), or None where there is none to say, and then its `words`, or why not
  (`problem`).
- `counting.split(session, indicator, scope, by)`: labelled `Part`s.
- `counting.rows(indicator, scope)`: the statement of the rows behind: `id` of what is counted,
  `record_id` of the record of `indicator.entity` that shows it (NULL for none), then one column
  for each of `indicator.columns`; as many rows as the figure says, or those whose amounts it adds
  up. A part's rows are those of the narrowed scope.
- `presentation.written(value, unit)`: the figure in words, « environ 60 », « 12 400 € ».
- `presentation.rows_url(code, scope)`: the page that lists exactly these rows.
"""
