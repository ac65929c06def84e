"""When goods arrive: routes with their cutoffs, working days, promise dates, freight."""
