"""Survey files in OpendTect's layout, with published coordinates."""

from __future__ import annotations

from geoindex import Survey

F3 = """\
dTect V7.0
Survey Info
2024-01-01T00:00:00Z
!
Name: F3 Demo
Survey Data Type: Both 2D and 3D
In-line range: 100`750`1
Cross-line range: 300`1250`1
Z range: 0`1.848`0.004`T
Coord-X-BinID: 598408.2476`-0.6980137931`24.99024752
Coord-Y-BinID: 6070847.887`24.98965517`0.6984323432
Set Point.1: 100/300`(605835.52047669,6073556.38221996)
Set Point.2: 750/1250`(629122.546655175,6090463.1688065)
Set Point.3: 100/1250`(629576.25562069,6074219.892946)
Coordinate System.System name: ProjectionBased System
Coordinate System.Projection.ID: EPSG`23031
Coordinate System.Projection.Name: ED50 / UTM zone 31N
Seismic Reference Datum: 0
!
A comment: with colons, after the second mark.
"""

F3_CORNERS = [
    (100, 300, 605835.52047669, 6073556.38221996),
    (100, 1250, 629576.2556206901, 6074219.892946),
    (750, 1250, 629122.546655175, 6090463.1688065),
    (750, 300, 605381.811511175, 6089799.65808046),
]
"""Published corners: inline, crossline, x, y."""

KEVITSA = """\
dTect V6.0.0
Survey Info file
Tue 29 Mar 2016, 23:18:13
!
Name: Depth_3D
Survey Data Type: Both 2D and 3D
In-line range:\t1000`1279`1
Cross-line range: 1000`1286`1
Z range: 0`3000`1`D
Coord-X-BinID: 3491336.248`-3.19541219`9.4758042
Coord-Y-BinID: 7497848.4`9.47383513`3.19552448
Set Point.1: 1000/1000`(3497616.64,7510517.76)
Set Point.2: 1279/1286`(3499435.2,7514074.88)
Set Point.3: 1000/1286`(3500326.72,7511431.68)
XY in feet: No
!
"""

SURVEY = Survey(
    inlines=(10, 21),
    crosslines=(105, 121, 2),
    x=(1000.25, -3.0, 4.0),
    y=(2000.5, 4.0, 3.0),
    z=(0, 3, 0.004, "time"),
    name="Test",
)


def json_form() -> dict[str, object]:
    return {
        "Name": "F3 Demo",
        "In-line range": [100, 750, 1],
        "Cross-line range": [300, 1250, 1],
        "Z-Axis": {"Range": [0, 1.848, 0.004], "Domain": "Time"},
        "Transformation": {
            "Coord-X-BinID": [598408.2476, -0.6980137931, 24.99024752],
            "Coord-Y-BinID": [6070847.887, 24.98965517, 0.6984323432],
        },
        "Set Point": [
            {"IC": [100, 300], "XY": [605835.52047669, 6073556.38221996]},
            {"IC": [750, 1250], "XY": [629122.546655175, 6090463.1688065]},
            {"IC": [100, 1250], "XY": [629576.25562069, 6074219.892946]},
        ],
        "CRS": {"System name": "ProjectionBased System", "Projection.ID": "EPSG`23031"},
    }
