"""The living page of the design: every shared part in its states, made by the parts themselves. In demo mode alone."""
