"""Models, measurements and fits as parts of other programs: of cobaya, and of bilby.

Each module needs the program that it is named after: ``pip install alpfit[cobaya]``, ``pip install alpfit[bilby]``.
"""
