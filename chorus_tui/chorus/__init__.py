"""The Chorus Pro API: sign-in, one method per service, typed failures."""
