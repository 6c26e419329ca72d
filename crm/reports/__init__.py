"""The counts of the year, and the lists behind them."""
