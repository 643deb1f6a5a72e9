"""What every room may use: errors, files, names of files, rejection reasons, the alphabet, the split, random samples.

May import: nothing else of Lettermill.
"""
