"""The real bot as a process of its own, over the emulated CAD and the emulated Discord, driven as people drive it."""
