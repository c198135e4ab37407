#pragma once

namespace strike {

/// `strike replay`: a recording, the strategies and, if asked for, recorder and dashboard in one process over
/// inproc://, as the services of several processes do it together.
/// @param argv from the word "replay" on
/// @returns the exit code
int run_replay_command(int argc, char** argv);

} // namespace strike
