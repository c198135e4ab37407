#pragma once

#include <caf/policy/unprofiled.hpp>
#include <caf/resumable.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace caf::scheduler {
class abstract_coordinator;
}

namespace strike::process {

/// A scheduler policy for CAF that wakes a sleeping worker as fast as the system can: one queue for all, as CAF's own
/// work sharing, but who enqueues wakes after it has let go of the lock, wakes nobody who is awake, and takes the
/// worker that slept last, whose memory is still warm. CAF's sharing wakes while it holds the lock, so that the worker
/// sleeps once more; its stealing polls: 20 % of a core with nothing to do.
///
/// The shape of a policy is that of caf::policy::work_sharing.
class prompt_sharing : public caf::policy::unprofiled {
public:
  struct worker_data {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
    worker_data(const worker_data&) {} // CAF copies the first one to all workers

    void wake() {
      {
        const std::scoped_lock lock{guard};
        is_woken = true;
      }
      signal.notify_one();
    }
    /// Sleeps at once: std::binary_semaphore would spin and yield before.
    void sleep() {
      std::unique_lock lock{guard};
      signal.wait(lock, [this] { return is_woken; });
      is_woken = false;
    }

    std::mutex guard;
    std::condition_variable signal;
    bool is_woken = false;
  };
  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}
    std::mutex guard;
    std::deque<caf::resumable*> jobs;
    std::vector<worker_data*> sleeping;
  };

  template <class Coordinator> void central_enqueue(Coordinator* self, caf::resumable* job) {
    auto& all = d(self);
    worker_data* sleeper = nullptr;
    {
      const std::scoped_lock lock{all.guard};
      all.jobs.push_back(job);
      if (!all.sleeping.empty()) {
        sleeper = all.sleeping.back();
        all.sleeping.pop_back();
      }
    }
    if (sleeper) sleeper->wake();
  }
  template <class Worker> void external_enqueue(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }
  template <class Worker> void internal_enqueue(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }
  template <class Worker> void resume_job_later(Worker* self, caf::resumable* job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker> caf::resumable* dequeue(Worker* self) {
    auto& all = d(self->parent());
    for (;;) {
      {
        const std::scoped_lock lock{all.guard};
        if (!all.jobs.empty()) {
          auto* job = all.jobs.front();
          all.jobs.pop_front();
          return job;
        }
        all.sleeping.push_back(&d(self));
      }
      d(self).sleep();
    }
  }

  template <class Worker, class F> void foreach_resumable(Worker*, F) {} // workers have no queues of their own
  template <class Coordinator, class F> void foreach_central_resumable(Coordinator* self, F f) {
    const std::scoped_lock lock{d(self).guard};
    for (auto* job : d(self).jobs) f(job);
    d(self).jobs.clear();
  }
};

} // namespace strike::process
