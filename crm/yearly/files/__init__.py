"""The report of a year as files: Word, PDF, workbook, CSV, JSON, and the pack for an audit.

`word` and `pdf` bring libraries that weigh 50 MB in memory: `crm.yearly.making` loads them in the
process that writes such a file, the first time it does.
"""
