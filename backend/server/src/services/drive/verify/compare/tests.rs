use std::collections::BTreeMap;

use boothline_delivery::drive::{Account, FolderState, StorageQuota};
use boothline_domain::clock::Timestamp;
use boothline_domain::{JobMode, JobStatus, SessionId};
use boothline_store::drive_ids::Taken;

use super::*;
use crate::services::drive::delivering::APP;
use crate::services::drive::inventory::Folder;

const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
const OTHER: &str = "d41d8cd98f00b204e9800998ecf8427e";

fn job(id: i64) -> Job {
    let at = Timestamp::from_millis(id);
    Job {
        id: JobId(id),
        session_id: SessionId(1),
        theme_id: None,
        overlay_id: None,
        mode: JobMode::Event,
        status: JobStatus::Done,
        target: TargetKind::Drive,
        delivery: DeliveryState::Delivered,
        delivery_message: None,
        recipe: String::new(),
        variables: String::new(),
        share_code: crate::places::random_code(),
        share_url: None,
        result_image_path: format!("{id}.jpg"),
        compressed_image_path: format!("compressed/{id}.jpg"),
        thumbnail_image_path: format!("thumbs/{id}.jpg"),
        result_size: None,
        animations: Vec::new(),
        result_md5: None,
        compressed_md5: Some(MD5.to_owned()),
        drive_file_id: Some(format!("file{id}")),
        drive_link: None,
        download_link: Some(format!("https://d.example/uc?id=file{id}")),
        qr_url: None,
        drive_uploaded_at: Some(at),
        drive_removed_at: None,
        error_code: None,
        error_message: None,
        log_text: String::new(),
        created_at: at,
        updated_at: at,
        done_at: Some(at),
    }
}

fn file(id: &str, name: &str) -> RemoteFile {
    RemoteFile {
        id: id.to_owned(),
        name: name.to_owned(),
        mime: "image/jpeg".to_owned(),
        size: Some(3),
        md5: Some(MD5.to_owned()),
        permission_ids: Some(vec!["anyoneWithLink".to_owned()]),
        parents: vec!["folder".to_owned()],
        app_properties: BTreeMap::from([
            (APP.0.to_owned(), APP.1.to_owned()),
            (FILE_KEY.to_owned(), short_key(name)),
        ]),
        ..RemoteFile::default()
    }
}

fn inventory(jobs: Vec<Job>, files: Vec<RemoteFile>) -> Inventory {
    let promised = jobs
        .iter()
        .filter_map(|job| Some((job.drive_file_id.clone()?, job.id)))
        .collect();
    Inventory {
        account: Account {
            id: "account".to_owned(),
            email: "booth@example.org".to_owned(),
            quota: StorageQuota::default(),
        },
        folder: Some(Folder {
            id: "folder".to_owned(),
            state: Some(FolderState {
                name: "Gala".to_owned(),
                writable: true,
                public: false,
                trashed: false,
                link: None,
            }),
        }),
        files: files.into_iter().map(|file| (file.id.clone(), file)).collect(),
        jobs,
        promised,
        taken: HashMap::new(),
        manifest: std::collections::HashSet::new(),
    }
}

fn taken(id: &str, account: &str, purpose: &str) -> (String, Taken) {
    let taken = Taken {
        id: id.to_owned(),
        account: account.to_owned(),
        purpose: purpose.to_owned(),
    };
    (id.to_owned(), taken)
}

fn copies(inventory: &Inventory, state: State) -> HashMap<JobId, Copy> {
    let expected = inventory.jobs.iter().filter(|job| is_expected(job));
    expected
        .map(|job| {
            let name = format!("{}.jpg", job.id);
            let md5s = vec![MD5.to_owned()];
            (job.id, Copy { state, name, md5s })
        })
        .collect()
}

fn found(inventory: &Inventory, state: State) -> Vec<(Kind, Remedy)> {
    let compared = compare(inventory, &copies(inventory, state), DriveShare::File);
    let findings = compared.findings.into_iter();
    findings.map(|finding| (finding.kind, finding.remedy)).collect()
}

#[test]
fn a_picture_that_is_everywhere_has_its_link_opened_and_nothing_said() {
    let inventory = inventory(vec![job(1)], vec![file("file1", "1.jpg")]);
    let compared = compare(&inventory, &copies(&inventory, State::Whole), DriveShare::File);
    assert_eq!(compared.findings, []);
    assert_eq!(compared.links.len(), 1);
    assert_eq!(compared.counts.pictures, 1);
}

#[test]
fn what_drive_lacks_is_sent_again_only_from_a_whole_copy() {
    let inventory = inventory(vec![job(1)], vec![]);
    assert_eq!(
        found(&inventory, State::Whole),
        [(Kind::Missing, Remedy::SendAgain)]
    );
    assert_eq!(found(&inventory, State::Gone), [(Kind::Lost, Remedy::None)]);
    assert_eq!(
        found(&inventory, State::Damaged),
        [(Kind::Missing, Remedy::None), (Kind::LocalDamaged, Remedy::None)]
    );
}

#[test]
fn good_bytes_in_drive_are_never_replaced_by_a_damaged_file() {
    let inventory = inventory(vec![job(1)], vec![file("file1", "1.jpg")]);
    assert_eq!(
        found(&inventory, State::Damaged),
        [(Kind::LocalDamaged, Remedy::None)]
    );
}

#[test]
fn damage_in_drive_has_its_remedy() {
    let wrong = RemoteFile {
        md5: Some(OTHER.to_owned()),
        ..file("file1", "1.jpg")
    };
    let trashed = RemoteFile {
        trashed: true,
        ..file("file1", "1.jpg")
    };
    let closed = RemoteFile {
        permission_ids: Some(vec!["owner".to_owned()]),
        ..file("file1", "1.jpg")
    };
    for (file, kind, remedy) in [
        (wrong, Kind::WrongBytes, Remedy::SendAgain),
        (trashed, Kind::Trashed, Remedy::SendAgain),
        (closed, Kind::NotPublic, Remedy::Share),
    ] {
        let inventory = inventory(vec![job(1)], vec![file]);
        assert_eq!(found(&inventory, State::Whole), [(kind, remedy)]);
    }
}

#[test]
fn a_trashed_picture_without_a_copy_here_comes_out_of_the_trash_as_it_is() {
    let trashed = RemoteFile {
        trashed: true,
        ..file("file1", "1.jpg")
    };
    let inventory = inventory(vec![job(1)], vec![trashed]);
    assert_eq!(
        found(&inventory, State::Gone),
        [(Kind::Trashed, Remedy::Recover), (Kind::LocalGone, Remedy::None)]
    );
}

#[test]
fn a_second_file_of_ours_goes_and_the_promised_one_stays() {
    let inventory = inventory(vec![job(1)], vec![file("file1", "1.jpg"), file("twin", "1.jpg")]);
    let compared = compare(&inventory, &copies(&inventory, State::Whole), DriveShare::File);
    let [finding] = &compared.findings[..] else {
        panic!("{:?}", compared.findings)
    };
    assert_eq!((finding.kind, finding.remedy), (Kind::Duplicate, Remedy::Trash));
    assert_eq!(finding.file_id.as_deref(), Some("twin"));
    assert_eq!(finding.job_id, Some(1));
}

#[test]
fn what_is_not_surely_ours_is_only_reported() {
    let marked_with_other_bytes = RemoteFile {
        md5: Some(OTHER.to_owned()),
        ..file("twin", "1.jpg")
    };
    let marked = file("somebody", "x.jpg");
    let foreign = RemoteFile {
        app_properties: BTreeMap::new(),
        ..file("guest", "1.jpg")
    };
    for (stray, kind) in [
        (marked_with_other_bytes, Kind::Unknown),
        (marked, Kind::Unknown),
        (foreign, Kind::Foreign),
    ] {
        let inventory = inventory(vec![job(1)], vec![file("file1", "1.jpg"), stray]);
        assert_eq!(found(&inventory, State::Whole), [(kind, Remedy::None)]);
        assert!(!kind.is_wrong());
    }
}

#[test]
fn files_of_deleted_jobs_and_direct_uploads_are_nothing_wrong() {
    let mut inventory = inventory(
        vec![],
        vec![
            file("old", "9.jpg"),
            file("older", "8.jpg"),
            file("direct", "d.jpg"),
        ],
    );
    inventory.taken = HashMap::from([
        taken("old", "account", "job:9"),
        taken("older", "account", "code:abc"),
        taken("direct", "account", "upload"),
    ]);
    let compared = compare(&inventory, &HashMap::new(), DriveShare::File);
    assert_eq!(compared.findings, []);
    assert_eq!(compared.counts.orphans, 2);
}

#[test]
fn pictures_of_another_account_are_left_where_they_are() {
    let mut inventory = inventory(vec![job(1)], vec![]);
    inventory.taken = HashMap::from([taken("file1", "another", "job:1")]);
    assert_eq!(
        found(&inventory, State::Whole),
        [(Kind::OtherAccount, Remedy::None)]
    );
}

#[test]
fn what_is_on_its_way_or_was_tidied_away_is_not_missed() {
    let waiting = Job {
        delivery: DeliveryState::Waiting,
        ..job(1)
    };
    let removed = Job {
        drive_removed_at: Some(Timestamp::from_millis(9)),
        ..job(2)
    };
    let local = Job {
        target: TargetKind::Local,
        ..job(3)
    };
    let inventory = inventory(vec![waiting, removed, local], vec![]);
    let compared = compare(&inventory, &copies(&inventory, State::Whole), DriveShare::File);
    assert_eq!(compared.findings, []);
    let counts = compared.counts;
    assert_eq!((counts.on_the_way, counts.removed, counts.only_here), (1, 1, 1));
}

#[test]
fn a_row_without_proof_is_asked_about_even_where_drive_has_the_file() {
    let unproven = Job {
        drive_uploaded_at: None,
        ..job(1)
    };
    let given_up = Job {
        delivery: DeliveryState::Failed,
        ..job(2)
    };
    let inventory = inventory(vec![unproven, given_up], vec![file("file2", "2.jpg")]);
    assert_eq!(
        found(&inventory, State::Whole),
        [(Kind::Undelivered, Remedy::SendAgain); 2]
    );
}

#[test]
fn files_that_inherit_their_permission_wait_for_the_folder() {
    let closed = RemoteFile {
        permission_ids: Some(vec!["owner".to_owned()]),
        ..file("file1", "1.jpg")
    };
    let inventory = inventory(vec![job(1)], vec![closed]);
    let compared = compare(&inventory, &copies(&inventory, State::Whole), DriveShare::Folder);
    let kinds: Vec<Kind> = compared.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::FolderNotPublic]);
}
