"""One file for each concern: `run(rounds, seconds)` gives rows of the table and the figures behind them."""
