using System.Collections.Immutable;
using System.Globalization;

namespace MedQA.Evaluation.Blocks;

/// <summary>Draws one plot. Its styles are classes of <see cref="HtmlWriter"/>'s and of the dashboard's style sheets.</summary>
internal sealed class PlotArea
{
    private const double Bottom = 44;

    private readonly ImmutableArray<PlotMark>.Builder _marks = ImmutableArray.CreateBuilder<PlotMark>();
    private readonly List<(double From, double To, double Y)> _named = [];
    private readonly double _left;
    private readonly double _height;
    private readonly double _width;
    private readonly double _top;
    private readonly double _right;
    private readonly (double Low, double High) _x;
    private readonly (double Low, double High) _y;

    /// <param name="x">The values at the left and right edge.</param>
    /// <param name="y">The values at the bottom and top edge.</param>
    /// <param name="left">Room for labels at the left.</param>
    /// <param name="height">Height of the drawing.</param>
    /// <param name="width">Width of the drawing.</param>
    /// <param name="top">Room at the top.</param>
    /// <param name="right">Room for names at the right.</param>
    public PlotArea(
        (double Low, double High) x,
        (double Low, double High) y,
        double left = 56,
        double height = 320,
        double width = 704,
        double top = 28,
        double right = 96)
    {
        (_x, _y, _left, _height) = (x, y, left, height);
        (_width, _top, _right) = (width, top, right);
    }

    /// <summary>A label under the horizontal axis and over the vertical one.</summary>
    public void Label(string horizontal, string vertical, string? style = null)
    {
        Text((_left + _width - _right) / 2, _height - 6, horizontal, "middle", style);
        Text(_left, 14, vertical, "start", style);
    }

    /// <summary>A vertical grid line with its value.</summary>
    public void TickX(double value, string label) => TickX(value, label, null);

    /// <summary>The same with a style for the label.</summary>
    public void TickX(double value, string label, string? style)
    {
        Line(X(value), _top, X(value), _height - Bottom, "grid");
        Text(X(value), _height - Bottom + 18, label, "middle", style);
    }

    /// <summary>A horizontal grid line with its value.</summary>
    public void TickY(double value, string label) => TickY(value, label, null);

    /// <summary>The same with a style for the label.</summary>
    public void TickY(double value, string label, string? style)
    {
        Line(_left, Y(value), _width - _right, Y(value), "grid");
        Text(_left - 8, Y(value) + 4, label, "end", style);
    }

    /// <summary>A name at the left of a row.</summary>
    public void Name(double y, string name) => Text(_left - 8, Y(y) + 4, name, "end", "name");

    /// <summary>A line between two points.</summary>
    public void Segment(double x1, double y1, double x2, double y2, string style, string? hint = null) =>
        Line(X(x1), Y(y1), X(x2), Y(y2), style, hint);

    /// <summary>A name at the right of a point.</summary>
    public void Name(double x, double y, string name) => Text(X(x) + 9, Y(y) + 4, name, "start", "name");

    /// <summary>A short vertical mark on a row.</summary>
    public void Mark(double x, double y, double half, string style, string hint) => Line(X(x), Y(y) - half, X(x), Y(y) + half, style, hint);

    /// <summary>A line through points, with its name at the end, or that far above it.</summary>
    public void Curve(IReadOnlyList<(double X, double Y)> points, string style, string name, double raised = 0)
    {
        Mark("polyline", null, ("class", style), ("points", string.Join(' ', points.Select(point => $"{N(X(point.X))},{N(Y(point.Y))}"))));
        if (points.Count > 0)
        {
            Text(X(points[^1].X) + 8, Y(points[^1].Y) + 4 - raised, name, "start", "name");
        }
    }

    /// <summary>A dot with a tooltip.</summary>
    public void Dot(double x, double y, double radius, string style, string hint) =>
        Mark("circle", hint, ("class", style), ("cx", N(X(x))), ("cy", N(Y(y))), ("r", N(radius)));

    /// <summary>A dot of a colour that no style has; a hollow one shows what is below it.</summary>
    public void Point(double x, double y, double radius, string colour, bool isHollow, string hint) => Mark(
        "circle",
        hint,
        ("class", isHollow ? "hollow" : "filled"),
        ("cx", N(X(x))),
        ("cy", N(Y(y))),
        ("r", N(radius)),
        ("fill", isHollow ? "none" : colour),
        ("stroke", colour),
        ("stroke-width", "1.5"));

    /// <summary>An interval of y, of a colour that no style has.</summary>
    public void Whisker(double x, double low, double high, string colour, double width, string hint) => Mark(
        "line",
        hint,
        ("class", "interval"),
        ("x1", N(X(x))),
        ("y1", N(Y(low))),
        ("x2", N(X(x))),
        ("y2", N(Y(high))),
        ("stroke", colour),
        ("stroke-width", N(width)));

    /// <summary>An entry of a legend in two columns at the top.</summary>
    public void Key(int column, int row, string colour, bool isHollow, string name)
    {
        var (x, y) = (_left + (column * (_width - _left) / 2), 14 + (22 * row));
        Mark(
            "circle",
            null,
            ("class", isHollow ? "hollow" : "filled"),
            ("cx", N(x)),
            ("cy", N(y)),
            ("r", "5"),
            ("fill", isHollow ? "none" : colour),
            ("stroke", colour),
            ("stroke-width", "1.5"));
        Text(x + 12, y + 5, name, "start", "tick");
    }

    /// <summary>
    /// Names beside points: at the side that has room, moved up or down where another name stands, also of an earlier call; left out where
    /// there is no room.
    /// </summary>
    /// <param name="points">The points.</param>
    /// <param name="style">The names' style.</param>
    /// <param name="most">How many half lines a name is moved at most; <see langword="null"/> for any number.</param>
    public void Names(IEnumerable<(double X, double Y, string Name)> points, string style, int? most = null)
    {
        const double Line = 20;
        var taken = _named;
        foreach (var (valueX, valueY, name) in points.OrderByDescending(static point => point.Y))
        {
            var (x, y, length) = (X(valueX), Y(valueY) + 4, 9.5 * name.Length);
            var isLeft = x + 10 + length > _width && x - 10 - length > _left - 40;
            var (from, to) = isLeft ? (x - 10 - length, x - 10) : (x + 10, x + 10 + length);
            bool IsFree(double at) =>
                at >= _top
                && at <= _height - Bottom
                && !taken.Exists(other => from < other.To && to > other.From && Math.Abs(at - other.Y) < Line);

            double[] places =
            [
                y,
                .. Enumerable.Range(1, most ?? (int)(_height / Line))
                    .SelectMany(step => new[] { y + (step * Line / 2), y - (step * Line / 2) }),
            ];
            if (Array.Exists(places, IsFree))
            {
                var free = Array.Find(places, IsFree);
                taken.Add((from, to, free));
                Text(isLeft ? x - 10 : x + 10, free, name, isLeft ? "end" : "start", style);
            }
        }
    }

    /// <summary>A vertical bar between two values of y, with a tooltip.</summary>
    public void Bar(double x, double width, double from, double to, string style, string hint)
    {
        if (to > from)
        {
            Mark(
                "rect",
                hint,
                ("class", style),
                ("x", N(X(x) - (width / 2))),
                ("y", N(Y(to))),
                ("width", N(width)),
                ("height", N(Y(from) - Y(to))));
        }
    }

    /// <summary>A horizontal bar between two values of x, paler the lower its opacity, with a tooltip.</summary>
    public void Stretch(double from, double to, double y, double half, double opacity, string hint)
    {
        if (to > from)
        {
            Mark(
                "rect",
                hint,
                ("class", "one"),
                ("fill-opacity", N(opacity)),
                ("x", N(X(from))),
                ("y", N(Y(y) - half)),
                ("width", N(X(to) - X(from))),
                ("height", N(2 * half)));
        }
    }

    /// <summary>The legend of the horizontal bars' opacities, at the top.</summary>
    public void Shades(params IEnumerable<(double Opacity, string Name)> entries)
    {
        var (x, shades) = (8.0, entries.ToList());
        var room = (_width - x) / shades.Count;
        var isTight = shades.Sum(static entry => 36 + (6.5 * entry.Name.Length)) > _width - x;
        foreach (var (opacity, whole) in shades)
        {
            var name = isTight ? Shortened(whole, Math.Max(3, (int)((room - 36) / 6.5))) : whole;
            Mark("rect", null, ("class", "one"), ("fill-opacity", N(opacity)), ("x", N(x)), ("y", "5"), ("width", "10"), ("height", "10"));
            Text(x + 16, 14, name, "start");
            x += isTight ? room : 36 + (6.5 * name.Length);
        }
    }

    /// <summary>The legend of the colours, at the top right.</summary>
    public void Legend(params IEnumerable<(string Style, string Name)> entries)
    {
        var x = _left + 200;
        foreach (var (style, name) in entries)
        {
            Mark("rect", null, ("class", style), ("x", N(x)), ("y", "5"), ("width", "10"), ("height", "10"));
            Text(x + 16, 14, name, "start");
            x += 40 + (7 * name.Length);
        }
    }

    /// <summary>Width of the plot itself, in the drawing's units.</summary>
    public double InnerWidth => _width - _right - _left;

    /// <summary>Grid lines at every fifth of a share, written as percentages.</summary>
    /// <param name="tick"><see cref="TickX(double, string)"/> or <see cref="TickY(double, string)"/>.</param>
    public static void Percentages(Action<double, string> tick)
    {
        for (var percent = 0; percent <= 100; percent += 20)
        {
            tick(percent / 100.0, $"{percent} %");
        }
    }

    /// <summary>Returns a name that is cut where it has no room at the left of a row.</summary>
    /// <param name="name">The name.</param>
    /// <param name="most">The most characters that have room.</param>
    public static string Shortened(string name, int most = 32)
    {
        if (name.Length <= most)
        {
            return name;
        }

        var kept = char.IsHighSurrogate(name[most - 2]) ? most - 2 : most - 1;
        return string.Concat(name.AsSpan(0, kept), "…");
    }

    /// <summary>Returns the drawing.</summary>
    /// <param name="description">What it shows, for those who cannot see it.</param>
    public PlotDrawing Draw(string description)
    {
        Line(_left, _height - Bottom, _width - _right, _height - Bottom, "axis");
        return new PlotDrawing(description, _width, _height, _marks.ToImmutable());
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private double X(double value) => _left + ((value - _x.Low) / (_x.High - _x.Low) * InnerWidth);

    private double Y(double value) => _height - Bottom - ((value - _y.Low) / (_y.High - _y.Low) * (_height - Bottom - _top));

    private void Line(double x1, double y1, double x2, double y2, string style, string? hint = null) =>
        Mark("line", hint, ("class", style), ("x1", N(x1)), ("y1", N(y1)), ("x2", N(x2)), ("y2", N(y2)));

    private void Text(double x, double y, string text, string anchor, string? style = null) => _marks.Add(new PlotMark(
        "text",
        style is null
            ? Named(("x", N(x)), ("y", N(y)), ("text-anchor", anchor))
            : Named(("x", N(x)), ("y", N(y)), ("text-anchor", anchor), ("class", style)),
        text,
        null));

    private void Mark(string element, string? hint, params ReadOnlySpan<(string Name, string Value)> attributes) =>
        _marks.Add(new PlotMark(element, Named(attributes), null, hint));

    private static OrderedDictionary<string, string> Named(params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var named = new OrderedDictionary<string, string>(attributes.Length);
        foreach (var (name, value) in attributes)
        {
            named.Add(name, value);
        }

        return named;
    }
}
