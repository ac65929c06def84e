"""What a dealer sends in, read into lines: files, pasted text, messages; and what becomes of each line.

Pure: no session, no request, no clock. What the catalog knows is asked through functions the caller gives.
"""
