"""The portal as an app on a phone: what it is called there, and what it shows without a network."""
