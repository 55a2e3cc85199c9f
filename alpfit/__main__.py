"""``python -m alpfit`` is the program ``alpfit``, also where that is on no path."""

from alpfit.cli.main import main

if __name__ == "__main__":  # not where a worker process imports it
    main()
