// Milliseconds: at most so long a wait, for so long a rest.
const PATIENCE = 5000;
const CALM = 500;

/** Whether something on the screen is still coming: loading, moving, greyed out. */
function busy() {
    return (
        document.querySelector(
            ".o_loading_indicator, .fa-spin, .o-mail-Chatter-topbar button:disabled"
        ) ||
        document
            .getAnimations()
            .some(
                (one) =>
                    one.playState === "running" &&
                    one.effect?.getComputedTiming().iterations !== Infinity
            )
    );
}

/**
 * A tour step that takes a screenshot, see tests/shots.py.
 *
 * @param {String} name of the file, without its ending
 * @param {String} trigger what has to be on the screen
 * @returns {Object} step
 */
export function shot(name, trigger = "body") {
    return {
        content: `Screenshot ${name}`,
        trigger,
        async run() {
            const until = Date.now() + PATIENCE;
            let quiet = Date.now();
            while (Date.now() - quiet < CALM && Date.now() < until) {
                await new Promise((resolve) => setTimeout(resolve, 50));
                quiet = busy() ? Date.now() : quiet;
            }
            console.log(`export_crm_shot:${name}`);
            while (window.exportCrmShot !== name) {
                await new Promise((resolve) => requestAnimationFrame(resolve));
            }
        },
    };
}
