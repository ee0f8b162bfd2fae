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
            console.log(`export_crm_shot:${name}`);
            while (window.exportCrmShot !== name) {
                await new Promise((resolve) => requestAnimationFrame(resolve));
            }
        },
    };
}
