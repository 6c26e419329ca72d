"""The report of the year: what it is made of, its page, its files, and years that are closed.

A `ReportDefinition` lists items; `counting.count_report` turns them into a `types.Report`, which
the page, the command and every file print. A closed year is a `Report` that was kept, with the rows
behind each of its figures: see `keeping` and `drifting`.
"""
