import {Component, onMounted, onPatched, onWillStart, onWillUnmount, useRef} from "@odoo/owl";
import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {getColor} from "@web/core/colors/colors";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const BAND_COLORS = {green: "#28a745", amber: "#ffac00", red: "#dc3545"};

/**
 * Draws a chart of the points that the server computed; does no arithmetic itself.
 */
class ChartField extends Component {
    static template = "export_crm.ChartField";
    static props = {...standardFieldProps};

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        onMounted(() => this.draw());
        onPatched(() => this.draw());
        onWillUnmount(() => this.chart?.destroy());
    }

    get points() {
        return this.props.record.data[this.props.name] || [];
    }

    get enough() {
        return this.points.length > 1;
    }

    draw() {
        this.chart?.destroy();
        this.chart = this.enough ? new Chart(this.canvas.el, this.config) : null;
    }
}

export class HealthChartField extends ChartField {
    get emptyText() {
        return _t("The history begins with the second month.");
    }

    get config() {
        return {
            type: "line",
            data: {
                labels: this.points.map((point) => formatDate(deserializeDate(point.date))),
                datasets: [
                    {
                        label: _t("Health index"),
                        data: this.points.map((point) => point.health),
                        borderColor: getColor(1),
                        pointBackgroundColor: this.points.map(
                            (point) => BAND_COLORS[point.band]
                        ),
                        pointRadius: 5,
                        tension: 0.2,
                    },
                ],
            },
            options: {
                maintainAspectRatio: false,
                plugins: {legend: {display: false}},
                scales: {y: {min: 0, max: 100}},
            },
        };
    }
}

export class CalibrationChartField extends ChartField {
    get emptyText() {
        return _t("Nothing measured yet.");
    }

    get config() {
        const points = this.points.map(([, said, came]) => ({x: said, y: came}));
        return {
            type: "scatter",
            data: {
                datasets: [
                    {
                        label: _t("Tenths of the customers"),
                        data: points,
                        backgroundColor: getColor(1),
                        pointRadius: 6,
                    },
                    {
                        label: _t("As said"),
                        type: "line",
                        data: [
                            {x: 0, y: 0},
                            {x: 1, y: 1},
                        ],
                        borderColor: "#adb5bd",
                        borderDash: [4, 4],
                        pointRadius: 0,
                    },
                ],
            },
            options: {
                maintainAspectRatio: false,
                scales: {
                    x: {min: 0, max: 1, title: {display: true, text: _t("Said")}},
                    y: {min: 0, max: 1, title: {display: true, text: _t("Came")}},
                },
            },
        };
    }
}

registry.category("fields").add("export_crm_health_chart", {
    component: HealthChartField,
    supportedTypes: ["json"],
});
registry.category("fields").add("export_crm_calibration_chart", {
    component: CalibrationChartField,
    supportedTypes: ["json"],
});
