#pragma once

#include <csignal>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

/// What a finished program left behind.
struct process_result {
  int exit_code = -1; ///< 128 + the signal for one that a signal ended
  std::string out, err;
};

/// A program under test, with its output collected in files of a temporary folder.
class process {
public:
  /// @param arguments the program first
  /// @param folder for its output
  /// @param work_folder where it runs; default: where the test does
  process(const std::vector<std::string>& arguments, const std::string& folder, const std::string& work_folder = ".")
      : out_{folder + "/stdout"}, err_{folder + "/stderr"} {
    std::vector<char*> argv;
    for (const auto& x : arguments) argv.push_back(const_cast<char*>(x.c_str()));
    argv.push_back(nullptr);
    // before the fork: what an earlier program left there is not taken for output of this one
    const int out = open(out_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const int err = open(err_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    pid_ = fork();
    if (pid_ != 0) {
      close(out);
      close(err);
      return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that crashes leaves nothing behind
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (chdir(work_folder.c_str()) != 0) _exit(126);
    execv(argv[0], argv.data());
    _exit(127);
  }
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const { kill(pid_, number); }
  process_result wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(out_), text_of(err_)};
  }
  /// What it has written to stderr so far.
  std::string err() const { return text_of(err_); }
  /// Waits until stderr holds the text; false after thirty seconds, or if the program ends without it.
  bool wait_for_err(std::string_view text) const {
    for (int tries = 0; tries < 3'000; ++tries) {
      siginfo_t ended{};
      waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (err().find(text) != std::string::npos) return true;
      if (ended.si_pid != 0) return false;
      usleep(10'000);
    }
    return false;
  }
  /// What stands behind `key` ("endpoint=") on stderr, up to the next space; waits for it, empty if it does not come.
  std::string logged(const std::string& key) const {
    if (!wait_for_err(key)) return {};
    const auto text = err();
    const auto at = text.find(key) + key.size();
    return text.substr(at, text.find_first_of(" \n", at) - at);
  }
  /// Waits until the program has started threads; false after ten seconds.
  bool wait_until_threaded() const {
    for (int tries = 0; tries < 10'000; ++tries) {
      const auto status = text_of("/proc/" + std::to_string(pid_) + "/status");
      const auto at = status.find("Threads:");
      if (at != std::string::npos && std::stoi(status.substr(at + 8)) > 1) return true;
      usleep(1000);
    }
    return false;
  }

private:
  static std::string text_of(const std::string& file) {
    std::string text;
    const int from = open(file.c_str(), O_RDONLY);
    char block[4096];
    for (ssize_t count = 0; (count = read(from, block, sizeof block)) > 0;)
      text.append(block, static_cast<std::size_t>(count));
    close(from);
    return text;
  }
  std::string out_, err_;
  pid_t pid_ = -1;
};
