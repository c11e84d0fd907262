"""An acoustic test of what can be said: every sentence, in every voice, heard as it would be."""
