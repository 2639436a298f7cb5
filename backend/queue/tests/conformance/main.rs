//! One suite of behaviours, held by every engine.

mod cancellation;
mod claiming;
mod control;
mod enqueueing;
mod kill;
mod lanes;
mod leases;
mod model;
mod outcomes;
mod runtime;
mod site;

/// Makes each behaviour a test on SQLite and a test on PostgreSQL.
macro_rules! on_every_engine {
    ($($module:ident { $($behaviour:ident),* $(,)? })*) => {
        mod sqlite {$(
            mod $module {$(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $behaviour() -> anyhow::Result<()> {
                    let site = crate::site::Site::sqlite().await?;
                    crate::$module::$behaviour(&site).await
                }
            )*}
        )*}
        mod postgres {$(
            mod $module {$(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $behaviour() -> anyhow::Result<()> {
                    let site = crate::site::Site::postgres().await?;
                    crate::$module::$behaviour(&site).await?;
                    site.dispose().await
                }
            )*}
        )*}
    };
}

on_every_engine! {
    enqueueing {
        a_rolled_back_task_never_was,
        a_committed_task_arrives_as_it_was_sent,
        a_taken_key_returns_its_holder_until_that_is_finished,
        many_enqueues_of_one_key_at_once_make_one_task,
        a_batch_answers_in_its_own_order,
    }
    claiming {
        tasks_come_by_priority_then_time_then_id,
        a_task_does_not_come_before_its_time,
        a_lane_limit_holds_against_many_claimers,
        a_rate_lets_a_burst_through_and_then_its_measure,
        a_lane_that_was_never_declared_is_an_error,
    }
    lanes {
        a_blocked_lane_costs_no_attempt_and_sends_a_probe_first,
        a_failed_probe_shuts_the_lane_for_longer,
        blocks_at_the_same_time_count_as_one,
        a_success_from_before_the_block_does_not_end_it,
        an_unblocked_lane_is_open_at_once,
        a_paused_lane_starts_nothing_until_it_is_resumed,
        new_limits_leave_pause_and_block_alone,
    }
    leases {
        an_expired_lease_goes_to_another_worker_and_the_first_can_write_nothing,
        a_renewed_lease_is_not_taken_over,
        a_restarted_worker_takes_back_its_own_work_only,
        too_many_crashes_kill_the_task_and_the_application_hears_it,
        a_death_the_application_cannot_record_does_not_happen,
        one_unrecordable_death_does_not_hold_up_the_others,
        work_given_back_costs_no_attempt,
        a_cancelled_task_is_lost_to_its_worker,
    }
    outcomes {
        a_failed_attempt_waits_longer_each_time_and_the_last_one_kills,
        retry_after_waits_as_told_and_counts,
        a_snooze_does_not_count,
        a_final_failure_is_dead_at_once_with_its_reason,
        a_crash_counts_as_attempt_and_as_crash,
        an_unrecordable_death_leaves_the_task_running,
        the_same_result_may_be_given_twice,
        a_checkpoint_is_there_for_the_next_attempt,
        a_handler_finishes_its_task_with_its_own_rows_or_not_at_all,
    }
    runtime {
        a_commit_wakes_the_worker_without_polling,
        another_process_is_heard_or_polled,
        a_task_is_started_when_its_time_comes,
        a_freed_place_is_filled,
        a_shutdown_waits_for_the_work_to_end,
        a_shutdown_without_grace_gives_work_back,
        a_handler_deaf_to_the_shutdown_is_left_behind,
        a_panicking_handler_costs_one_attempt_and_not_the_worker,
        a_running_worker_takes_over_from_a_silent_one,
        a_lost_lease_stops_its_handler,
        an_interrupted_task_stops_at_once,
        work_stops_when_no_heartbeat_gets_through,
    }
    control {
        cancelling_finds_tasks_by_id_and_by_key,
        only_waiting_tasks_change_priority,
        a_dead_task_starts_afresh_with_its_checkpoint,
        a_dead_task_does_not_push_out_the_holder_of_its_key,
        old_finished_tasks_are_cleared_and_dead_ones_kept,
        the_report_tells_depth_age_and_reasons,
        pages_go_from_new_to_old,
    }
    cancellation {
        a_dropped_caller_leaves_no_transaction_behind,
    }
    model {
        the_queue_does_what_the_model_does,
    }
    kill {
        killed_workers_lose_nothing_and_finish_everything_once,
    }
}
