/** The number of the hand-over format between states. Handlers of another deployment refuse a run that began with a different one. */
export const CONTRACT = 1;
