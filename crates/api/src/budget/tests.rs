//! Who gets in, who waits, and who is told to come back.

use super::*;

const MIB: usize = 1_024 * 1_024;

fn free(budget: &Budget) -> (usize, usize) {
    (budget.places.available_permits(), budget.room.available_permits() * UNIT)
}

#[tokio::test]
async fn a_small_request_takes_a_place_and_no_room() {
    let budget = Budget::new(16 * MIB);
    let mut charge = budget.enter(None).await.unwrap();
    charge.body(SMALL / WEIGHT).await.unwrap();
    assert_eq!(free(&budget), (PLACES - 1, 48 * MIB));
    drop(charge);
    assert_eq!(free(&budget), (PLACES, 48 * MIB));
}

#[tokio::test]
async fn a_request_grows_and_gives_back_what_it_took() {
    let budget = Budget::new(16 * MIB);
    let mut charge = budget.enter(None).await.unwrap();
    charge.body(MIB).await.unwrap();
    assert_eq!(free(&budget), (PLACES - 1, 48 * MIB - STEP));
    for _ in 0..15 {
        charge.body(MIB).await.unwrap();
    }
    assert_eq!(free(&budget), (PLACES - 1, 0));
    drop(charge);
    assert_eq!(free(&budget), (PLACES, 48 * MIB));
}

#[tokio::test]
async fn a_request_of_known_length_has_its_room_at_once_and_no_small_ones_place() {
    let budget = Budget::new(MIB);
    let mut charge = budget.enter(Some(MIB)).await.unwrap();
    assert_eq!(free(&budget), (PLACES, 0));
    charge.body(MIB).await.unwrap();
    assert_eq!(free(&budget), (PLACES, 0));
}

#[tokio::test(start_paused = true)]
async fn where_large_ones_took_all_room_small_ones_pass_and_growing_ones_are_told() {
    let budget = Budget::new(MIB);
    let large = budget.enter(Some(MIB)).await.unwrap();
    let mut small = budget.enter(Some(10_000)).await.unwrap();
    assert_eq!(small.body(10_000).await, Ok(()));
    assert_eq!(small.body(SMALL).await, Err(Full));
    drop(large);
    assert_eq!(small.body(SMALL).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn who_outgrows_a_place_waits_for_room_and_then_no_more() {
    let budget = Budget::new(16 * MIB);
    let large = budget.enter(Some(16 * MIB)).await.unwrap();
    let mut growing = budget.enter(None).await.unwrap();
    let (grown, ()) = tokio::join!(growing.body(MIB), async {
        tokio::task::yield_now().await;
        drop(large);
    });
    assert_eq!(grown, Ok(()));
    let _large = budget.enter(Some(10 * MIB)).await.unwrap();
    assert_eq!(growing.body(MIB).await, Ok(()), "it was given more than it asked for");
    assert_eq!(growing.body(MIB).await, Err(Full));
}

#[tokio::test]
async fn steps_of_a_usual_shape_need_no_more_than_was_taken_with_their_body() {
    let budget = Budget::new(16 * MIB);
    let mut charge = budget.enter(Some(4 * MIB)).await.unwrap();
    charge.body(4 * MIB).await.unwrap();
    assert_eq!(free(&budget), (PLACES, 32 * MIB));
    charge.beside(8 * MIB, 4 * MIB).await.unwrap();
    assert_eq!(free(&budget), (PLACES, 32 * MIB));
    charge.beside(9 * MIB, 4 * MIB).await.unwrap();
    assert_eq!(free(&budget), (PLACES, 31 * MIB));
}

#[tokio::test]
async fn one_alone_may_decode_to_more_than_there_is() {
    let budget = Budget::new(MIB);
    let mut charge = budget.enter(Some(MIB)).await.unwrap();
    assert_eq!(charge.more(100 * MIB).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn who_waits_too_long_is_told_to_come_back() {
    let budget = Budget::new(MIB);
    let _large = budget.enter(Some(MIB)).await.unwrap();
    assert_eq!(budget.enter(Some(MIB)).await.unwrap_err(), Full);
    let mut held = Vec::new();
    for _ in 0..PLACES {
        held.push(budget.enter(None).await.unwrap());
    }
    assert_eq!(budget.enter(None).await.unwrap_err(), Full);
    held.pop();
    assert!(budget.enter(None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn half_of_the_places_stay_in_motion() {
    let budget = Budget::new(MIB);
    let _large = budget.enter(Some(MIB)).await.unwrap();
    let waiting = (0..QUEUE).map(|_| {
        let budget = budget.clone();
        tokio::spawn(async move { budget.enter(None).await?.more(SMALL + 1).await })
    });
    let waiting: Vec<_> = waiting.collect();
    tokio::task::yield_now().await;
    let mut one_more = budget.enter(None).await.unwrap();
    let told = tokio::time::timeout(Duration::ZERO, one_more.more(SMALL + 1)).await;
    assert_eq!(told.expect("it waits for nothing"), Err(Full));
    for task in waiting {
        assert_eq!(task.await.unwrap(), Err(Full));
    }
}
