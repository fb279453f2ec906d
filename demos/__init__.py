"""Things to run and read, each one lesson. `python -m demos` lists those that train on real data."""
