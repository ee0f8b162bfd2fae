import {Composer} from "@mail/core/common/composer";
import {patch} from "@web/core/utils/patch";

// A message that the server refuses stays in the composer and can be sent again;
// without this the composer is dead until the page is loaded anew.
patch(Composer.prototype, {
    async processMessage(cb) {
        try {
            await super.processMessage(cb);
        } finally {
            this.state.active = true;
        }
    },
});
