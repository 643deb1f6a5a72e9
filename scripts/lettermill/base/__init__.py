"""What every room may use: errors, files, file names, rejection reasons, the alphabet, the split, random samples.

May import: nothing else of Lettermill.
"""
