"""How the program watches itself: its log, its figures, the variables of its environment. Nothing personal."""
