"""How much of a file is read, and what reading it may cost."""

MOST_FILE_BYTES = 50 * 1024**2
MOST_EXPANDED_BYTES = 400 * 1024**2
MOST_EXPANSION = 200  # a workbook of text shrinks 10 to 60 times; a bomb a thousand times
EXPANSION_FREE_BYTES = 20 * 1024**2  # below this, how much it shrinks says nothing
MOST_ENTRIES = 5_000
MOST_SHEETS = 100
MOST_ROWS = 200_000
MOST_COLUMNS = 500
LONGEST_CELL = 32_767  # what a cell of Excel holds
LONGEST_LINE = 2_000_000

# Of the process that reads.
MOST_MEMORY_BYTES = 512 * 1024**2
MOST_CPU_SECONDS = 40
MOST_AT_ONCE = 2  # in each process of the server; others wait
MOST_WALL_SECONDS = 60
MOST_OUTPUT_BYTES = 512 * 1024**2
MOST_OPEN_FILES = 64
MOST_ANSWER_BYTES = 16 * 1024**2

SAMPLE_ROWS = 30
LONGEST_SAMPLE = 300
ROWS_LOOKED_AT = 60  # where the header is looked for
LAST_HEADER_ROW = 1_000
MOST_LEFT_OUT = 1_000  # rows named one by one; all are counted
