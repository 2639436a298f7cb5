//! `/themes`: what the guest picks.

use anyhow::Result;
use serde_json::Value;

use crate::booth::{Booth, Engine, Form, Traces, overlay_png, photo, pixels};

fn draft(title: &str) -> Form {
    Form::new()
        .text("title", title)
        .text("prompt", "a garden at dusk")
        .file("thumbnail", "look.jpg", "image/jpeg", &photo(7))
}

fn ids(list: &Value) -> Vec<String> {
    let themes = list.as_array().expect("an array");
    themes
        .iter()
        .map(|theme| theme["id"].as_str().expect("a slug").to_owned())
        .collect()
}

pub(crate) fn a_fresh_machine_offers_looks_and_portrait_first(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let themes = kiosk.get("/api/v1/themes").ok();
    assert!(ids(&themes).len() >= 8);
    assert_eq!(themes[0]["title"], "Portrait");
    for theme in themes.as_array().expect("an array") {
        assert!(
            theme["title"].as_str().is_some_and(|title| !title.is_empty()),
            "{theme}"
        );
        assert!(theme["params"]["aspect_ratio"].is_string(), "{theme}");
        let thumbnail = theme["thumbnail_url"].as_str().expect("an address");
        let answer = kiosk.get(thumbnail).expect(200);
        assert_eq!(answer.header("content-type"), Some("image/jpeg"), "{theme}");
    }
    let portrait = &themes[0]["params"];
    assert_eq!(portrait["aspect_ratio"], "2:3");
    assert_eq!(portrait["shots"], 1);
    let done = kiosk.visit("portrait", &photo(1))?;
    assert_eq!((&done["width"], &done["height"]), (&1200.into(), &1800.into()));
    Ok(())
}

pub(crate) fn operators_see_prompts_and_guests_do_not(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let form = draft("Garden").text("negative_prompt", "rain");
    let made = operator.post_form("/api/v1/themes", form).ok();
    assert_eq!(made["id"], "garden");
    let public = operator.get("/api/v1/themes").ok();
    let internal = operator.get("/api/v1/themes/internal").ok();
    assert_eq!(ids(&public), ids(&internal));
    assert_eq!(ids(&public).last().map(String::as_str), Some("garden"));
    assert!(!public.to_string().contains("prompt"));
    let one = operator.get("/api/v1/themes/internal/garden").ok();
    assert_eq!(one, made);
    assert_eq!(one["prompt"], "a garden at dusk");
    assert_eq!(one["negative_prompt"], "rain");
    assert_eq!(internal.as_array().expect("an array").last(), Some(&one));
    operator
        .get("/api/v1/themes/internal/nowhere")
        .refused(404, "theme_not_found");
    Ok(())
}

pub(crate) fn a_new_theme_gets_the_slug_of_its_title(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let make = |title: &str| operator.post_form("/api/v1/themes", draft(title)).ok();
    let id = |title: &str| make(title)["id"].as_str().expect("a slug").to_owned();
    assert_eq!(id("Été à Paris!"), "ete-a-paris");
    assert_eq!(id("ete a paris"), "ete-a-paris-2");
    assert_eq!(id("Été à Paris?"), "ete-a-paris-3");
    let long = "Very long title ".repeat(6);
    let (first, second) = (id(&long), id(&long));
    assert!(first.len() <= 64 && second.len() <= 64, "{first} {second}");
    assert!(second.ends_with("-2"), "{second}");

    let landscape = draft("Wide").text("aspect_ratio", "3:2");
    let made = operator.post_form("/api/v1/themes", landscape).ok();
    assert_eq!(made["params"]["aspect_ratio"], "3:2");
    let done = operator.visit("wide", &photo(2))?;
    assert_eq!((&done["width"], &done["height"]), (&1800.into(), &1200.into()));
    Ok(())
}

pub(crate) fn a_theme_called_internal_can_still_be_changed(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let made = operator.post_form("/api/v1/themes", draft("Internal")).ok();
    let path = format!("/api/v1/themes/{}", made["id"].as_str().expect("a slug"));
    let changed = operator
        .patch_form(&path, Form::new().text("title", "Inside"))
        .ok();
    assert_eq!(changed["title"], "Inside");
    operator.delete(&path).expect(204);
    Ok(())
}

pub(crate) fn a_change_touches_only_what_was_sent(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let form = draft("Garden")
        .text("negative_prompt", "rain")
        .text("aspect_ratio", "1:1");
    let made = operator.post_form("/api/v1/themes", form).ok();
    let change = |form| operator.patch_form("/api/v1/themes/garden", form).ok();

    let renamed = change(Form::new().text("title", "Orchard"));
    assert_eq!(renamed["id"], "garden", "links to it stay");
    assert_eq!(renamed["title"], "Orchard");
    for kept in ["prompt", "negative_prompt", "params", "thumbnail_url"] {
        assert_eq!(renamed[kept], made[kept], "{kept}");
    }
    let cleared = change(Form::new().text("negative_prompt", ""));
    assert_eq!(cleared.get("negative_prompt"), Some(&Value::Null));
    assert_eq!(cleared["prompt"], made["prompt"]);

    let files = Traces::of(&booth)?;
    let thumbnail = photo(9);
    let pictured = change(Form::new().file("thumbnail", "x", "", &thumbnail));
    assert_ne!(pictured["thumbnail_url"], made["thumbnail_url"]);
    operator
        .get(made["thumbnail_url"].as_str().expect("an address"))
        .expect(404);
    let small = operator
        .get(pictured["thumbnail_url"].as_str().expect("an address"))
        .expect(200);
    assert_eq!(pixels(&small.bytes).height(), 480);
    assert_eq!(Traces::of(&booth)?.rows("themes"), files.rows("themes"));
    operator
        .patch_form("/api/v1/themes/nowhere", Form::new().text("title", "x"))
        .refused(404, "theme_not_found");
    Ok(())
}

pub(crate) fn a_frame_with_a_window_becomes_a_look(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let framed = draft("Gala").file("overlay", "frame.png", "image/png", &overlay_png(1200, 1800));
    let made = operator.post_form("/api/v1/themes", framed).ok();
    assert_eq!(made["params"]["shots"], 1);
    let slot = &made["params"]["recipe"]["slots"][0];
    assert_eq!(
        (&slot["y"], &slot["width"], &slot["height"]),
        (&180.into(), &1200.into(), &1620.into())
    );
    let done = operator.visit("gala", &photo(1))?;
    let result = operator.get(done["result_url"].as_str().expect("an address"));
    let [red, green, blue] = pixels(&result.expect(200).bytes).get_pixel(600, 60).0;
    assert!(red > 200 && green < 50 && blue < 60, "{red} {green} {blue}");

    let large = draft("Large gala").file("overlay", "frame.png", "image/png", &overlay_png(2400, 3600));
    let recipe = operator.post_form("/api/v1/themes", large).ok()["params"]["recipe"].clone();
    assert_eq!(
        (
            &recipe["canvas"]["width"],
            &recipe["canvas"]["dpi"],
            &recipe["slots"][0]["width"]
        ),
        (&2400.into(), &600.into(), &2400.into())
    );
    let photo_for_frame = draft("Odd gala").file("overlay", "frame.png", "image/png", &photo(2));
    operator
        .post_form("/api/v1/themes", photo_for_frame)
        .refused(422, "overlay_invalid");
    Ok(())
}

pub(crate) fn a_deleted_theme_is_gone_for_everybody(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let operator = booth.client();
    let before = Traces::of(&booth)?;
    operator.post_form("/api/v1/themes", draft("Garden")).expect(200);
    let gone = operator.delete("/api/v1/themes/garden").expect(204);
    assert!(gone.bytes.is_empty());
    operator
        .delete("/api/v1/themes/garden")
        .refused(404, "theme_not_found");
    operator
        .get("/api/v1/themes/internal/garden")
        .refused(404, "theme_not_found");
    assert!(!ids(&operator.get("/api/v1/themes").ok()).contains(&"garden".to_owned()));
    assert_eq!(Traces::of(&booth)?, before);
    Ok(())
}

pub(crate) fn every_built_in_look_makes_a_picture_of_one_photo(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    let kiosk = booth.client();
    let themes = ids(&kiosk.get("/api/v1/themes").ok());
    let mut jobs = Vec::new();
    for theme in &themes {
        jobs.push(kiosk.order(kiosk.ready_session(theme, &photo(4))));
    }
    for (theme, job) in themes.iter().zip(&jobs) {
        let done = kiosk.done(job)?;
        assert_eq!(done["theme_id"], *theme);
        let result = kiosk.get(done["result_url"].as_str().expect("an address"));
        let size = pixels(&result.expect(200).bytes).dimensions();
        assert_eq!(
            (&done["width"], &done["height"]),
            (&size.0.into(), &size.1.into()),
            "{theme}"
        );
    }
    Ok(())
}

pub(crate) fn every_ordinary_ratio_makes_a_theme(engine: Engine) -> Result<()> {
    let booth = Booth::open(engine)?;
    for ratio in ["2:3", "3:2", "1:1", "9:16", "16:9", "5:7", "4:5"] {
        let form = Form::new()
            .text("title", ratio)
            .text("prompt", "")
            .text("aspect_ratio", ratio)
            .file("thumbnail", "small.jpg", "image/jpeg", &photo(1));
        let made = booth.client().post_form("/api/v1/themes", form).ok();
        assert_eq!(made["params"]["aspect_ratio"], ratio);
    }
    Ok(())
}
