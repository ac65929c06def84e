"""Loading data from elsewhere: the reference rows every installation starts with, and other systems' history."""
