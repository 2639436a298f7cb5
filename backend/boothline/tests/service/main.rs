//! The whole service, run as guests, kiosks and operators meet it: a process, a port, a folder.

mod access;
mod booth;
mod contract;
mod crashes;
mod drive;
mod hostile;
mod mistakes;
mod pictures;

/// Makes each behaviour a test on SQLite and a test on PostgreSQL.
macro_rules! on_every_engine {
    ($($module:ident $(:: $part:ident)? { $($behaviour:ident),* $(,)? })*) => {
        mod sqlite {$(on_every_engine! { @one Sqlite $module $(:: $part)? { $($behaviour)* } })*}
        mod postgres {$(on_every_engine! { @one Postgres $module $(:: $part)? { $($behaviour)* } })*}
    };
    (@one $engine:ident $module:ident { $($behaviour:ident)* }) => {
        mod $module {$(
            #[test]
            fn $behaviour() -> anyhow::Result<()> {
                crate::$module::$behaviour(crate::booth::Engine::$engine)
            }
        )*}
    };
    (@one $engine:ident $module:ident :: $part:ident { $($behaviour:ident)* }) => {
        mod $part {$(
            #[test]
            fn $behaviour() -> anyhow::Result<()> {
                crate::$module::$part::$behaviour(crate::booth::Engine::$engine)
            }
        )*}
    };
}

on_every_engine! {
    contract::sessions {
        a_visit_goes_from_name_to_theme_to_photo,
        a_guest_who_comes_again_is_found_by_email_and_refreshed,
        a_second_photo_replaces_the_first_until_a_job_uses_it,
        several_photos_keep_their_order,
        an_event_without_the_guest_form_takes_an_empty_object,
        unknown_visits_and_themes_are_404,
    }
    contract::themes {
        a_fresh_machine_offers_looks_and_portrait_first,
        operators_see_prompts_and_guests_do_not,
        a_new_theme_gets_the_slug_of_its_title,
        a_theme_called_internal_can_still_be_changed,
        every_ordinary_ratio_makes_a_theme,
        a_change_touches_only_what_was_sent,
        a_frame_with_a_window_becomes_a_look,
        a_deleted_theme_is_gone_for_everybody,
        every_built_in_look_makes_a_picture_of_one_photo,
    }
    contract::moving {
        four_shots_make_a_gif_and_a_webp_and_all_go_with_the_job,
        with_ffmpeg_there_is_an_mp4_for_phones,
        one_photo_makes_a_still_of_a_look_that_moves,
    }
    contract::overlays {
        a_png_of_a_printed_size_becomes_an_overlay,
        an_overlay_lies_over_the_result,
        anything_else_is_400_with_the_reason,
    }
    contract::jobs {
        the_first_answer_has_every_field_and_every_link,
        a_done_job_has_its_three_pictures,
        sizes_and_density_are_as_configured,
        debugging_passes_the_photo_through,
        what_is_missing_is_400_and_what_is_unknown_404,
        one_request_makes_a_whole_job,
        a_deleted_job_is_gone_with_its_files_and_its_page,
        only_a_failed_job_can_be_retried,
        pages_of_jobs_go_from_new_to_old_and_end,
    }
    contract::clips {
        a_clip_becomes_a_poster_and_an_mp4,
        a_recording_of_a_browser_comes_in_one_request,
        a_replaced_clip_is_gone_from_the_disk,
        without_ffmpeg_a_clip_is_refused_with_what_to_do,
        a_clip_that_cannot_be_played_is_refused_at_the_upload,
        a_clip_that_fails_later_leaves_the_still,
        a_clip_in_the_works_outlives_a_kill,
    }
    contract::gallery {
        the_newest_picture_comes_first,
        only_finished_pictures_are_shown,
    }
    contract::qr {
        a_code_has_the_exact_size_and_reads_back,
        a_size_is_clamped_and_nothing_but_an_integer,
        a_code_can_be_kept_for_ever_and_asked_for_again,
        a_drawing_can_be_had_as_svg,
        links_that_are_none_are_422,
        only_listed_hosts_where_a_list_is_set,
        a_jobs_code_leads_to_its_page,
    }
    contract::share {
        a_guests_page_goes_from_developing_to_the_picture,
        unknown_and_deleted_pages_look_the_same,
    }
    contract::idempotency {
        a_repeated_call_has_one_effect_and_one_answer,
        a_key_with_another_request_is_422,
        a_key_of_another_call_is_another_key,
        repeated_forms_have_one_effect,
        calls_at_the_same_time_under_one_key_have_one_effect,
        orders_at_the_same_time_under_one_key_make_one_job,
        a_key_that_is_none_is_400,
    }
    contract::events {
        one_job_is_followed_from_queued_to_done,
        all_jobs_are_followed_and_deletions_are_told,
        a_listener_who_comes_back_hears_what_it_missed,
        a_photo_is_announced_with_its_small_copy,
        the_feed_of_an_unknown_job_is_404,
        listeners_who_hang_up_are_forgotten,
    }
    contract::static_files {
        a_result_can_be_kept_for_ever_and_asked_for_again,
        a_part_of_a_result_can_be_asked_for,
        no_path_leads_out_of_the_folders,
    }
    contract::answers {
        health_is_told_in_both_places,
        delivery_to_this_machine_is_said_plainly,
        status_and_metrics_tell_how_things_stand,
        unknown_addresses_and_methods_are_refused_in_the_same_shape,
        an_error_is_readable_for_clients_that_take_gzip,
        a_slash_too_many_is_forgiven,
        every_answer_carries_its_id_and_safe_headers,
        a_photo_can_be_followed_through_the_log,
        allowed_origins_may_read_and_no_others,
        the_description_names_every_call_of_the_contract,
    }
    mistakes {
        a_file_that_cannot_become_a_picture_is_refused_at_the_upload,
        a_good_photo_is_taken_whatever_it_is_called,
        too_many_bytes_are_refused_in_bounded_memory,
        many_enormous_pictures_at_once_stay_within_the_memory_budget,
        a_photo_dearer_than_the_budget_is_refused_at_the_upload,
        a_look_dearer_than_the_budget_fails_its_job_in_words,
        photos_beyond_what_the_booth_may_keep_are_refused,
        a_form_without_its_photo_says_so,
        bodies_that_do_not_fit_are_refused,
        unknown_ids_are_404_whatever_they_look_like,
        a_theme_deleted_in_mid_visit_has_to_be_picked_anew,
        a_busy_visit_takes_neither_photo_nor_job,
        a_theme_that_cannot_be_made_leaves_nothing,
        a_failed_call_does_not_use_up_its_key,
        a_form_of_ten_thousand_parts_is_refused,
        framing_abuse_is_refused,
        a_body_that_never_ends_is_given_up,
        a_kiosk_that_hangs_up_leaves_a_whole_photo_or_none,
        a_hung_up_upload_leaves_nothing,
    }
    access {
        each_call_opens_to_whom_it_is_for,
        wrong_keys_are_refused_and_then_slowed_down,
        guests_need_no_key,
        a_kiosk_without_keys_may_be_allowed,
        on_loopback_nobody_needs_a_key,
        pages_of_strangers_may_not_write,
        names_that_are_not_ours_are_refused,
        who_comes_through_a_proxy_is_not_on_this_machine,
    }
    crashes {
        a_killed_service_loses_no_accepted_photo,
        a_stopped_service_gives_its_work_back,
        an_upload_in_hand_is_finished_before_the_stop,
        pictures_of_a_lost_database_are_left_alone,
        a_second_service_in_the_same_folder_is_refused,
        a_database_of_a_newer_version_is_left_alone,
        a_service_that_need_not_begin_anew_makes_its_database_too,
    }
    drive::links {
        the_first_answer_has_the_links_of_the_file_to_come,
        without_a_network_links_come_from_the_pool,
        a_job_without_a_link_gets_it_when_drive_is_back,
        a_public_address_of_ours_leads_guests_to_our_page,
        links_of_another_kind_replace_the_prediction,
        a_public_folder_saves_a_request_for_each_picture,
        a_deleted_job_takes_its_file_with_it,
    }
    drive::once {
        a_doubtful_upload_ends_in_one_file,
        large_files_go_on_where_the_server_says,
        a_kill_in_mid_upload_doubles_nothing,
        a_file_that_was_trashed_or_changed_is_mended_on_request,
        requests_are_never_faster_than_allowed,
        what_moves_is_what_goes_to_drive,
    }
    drive::trouble {
        an_outage_costs_no_tries_and_ends_by_itself,
        a_fault_of_one_request_delays_only_that_delivery,
        a_revoked_sign_in_waits_for_the_operator,
        a_full_account_waits_for_room,
        an_api_that_is_off_is_said_in_words,
        a_folder_that_is_gone_is_made_anew_or_asked_for,
        a_folder_in_the_trash_is_not_delivered_into,
        an_answer_that_names_nobody_changes_nothing,
    }
    drive::endpoints {
        an_upload_goes_straight_through,
        a_job_is_delivered_on_request,
        old_jobs_go_to_drive_when_a_sync_asks_for_it,
        syncs_at_the_same_time_do_the_work_once,
        a_sync_tells_how_far_it_is,
        a_machine_without_credentials_keeps_pictures_here,
    }
    drive::signin {
        the_status_says_what_is_wrong_with_the_files,
        an_expired_token_is_renewed_and_kept,
        another_account_gets_other_links,
        an_operator_signs_in_by_browser_while_it_runs,
        a_refused_consent_is_said_and_changes_nothing,
        a_booth_without_a_browser_signs_in_by_a_code,
        a_service_account_needs_a_place_for_its_files,
    }
    drive::verify {
        damage_in_drive_is_named_and_mended_on_request,
        a_missing_picture_is_sent_without_a_service_too,
        a_link_that_guests_cannot_open_is_found,
        a_folder_in_the_trash_comes_back_with_its_pictures,
        a_damaged_file_here_never_replaces_a_good_one_there,
    }
    drive::housekeeping {
        only_old_pictures_of_ours_are_tidied_away,
        what_was_tidied_away_can_be_taken_back,
        the_last_copy_of_a_picture_is_kept,
        for_good_goes_only_what_lies_in_the_trash_and_was_counted,
        orphans_are_files_whose_jobs_are_gone,
        space_and_folder_are_told_in_plain_words,
        what_a_folder_sync_sent_is_known_and_not_tidied_away,
        without_drive_each_command_says_what_to_do,
    }
    drive::chaos {
        after_a_wild_evening_there_is_one_file_for_each_job,
    }
    drive::folder {
        every_picture_is_sent_once_and_nothing_else,
        a_changed_picture_keeps_its_link_or_gets_a_new_one,
        what_a_job_delivered_is_recognised,
        what_a_job_will_deliver_is_left_to_it,
        the_manifest_of_the_python_program_is_read,
        a_limit_and_a_dry_run_are_kept,
        two_thousand_sent_pictures_need_no_request,
        a_forced_sync_mends_what_differs,
    }
    drive::interrupted {
        a_killed_sync_doubles_nothing,
        ctrl_c_finishes_what_is_in_hand,
        a_damaged_or_lost_manifest_is_made_anew,
        a_picture_that_vanishes_is_named,
        trouble_with_drive_ends_a_sync_and_keeps_what_was_done,
        one_sync_at_a_time_tells_how_far_it_is,
        faults_of_drive_leave_one_file_each,
    }
    pictures {
        all_eight_orientations_come_out_upright,
        a_display_p3_photo_comes_out_with_the_right_colours,
        a_photo_of_an_iphone_becomes_a_jpeg,
        a_photo_broken_off_is_used_and_the_job_says_so,
        of_several_photos_the_broken_one_is_named,
        nothing_hidden_in_a_photo_comes_out_again,
    }
    hostile {
        every_hostile_file_is_answered_and_no_canary_comes_out,
        bombs_at_once_stay_within_the_budget_and_good_photos_move_on,
        no_canary_reaches_drive,
    }
}
