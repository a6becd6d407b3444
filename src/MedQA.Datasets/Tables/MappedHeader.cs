namespace MedQA.Datasets.Tables;

/// <summary>Applies a <see cref="ColumnMap"/> to the names of columns.</summary>
internal static class MappedHeader
{
    /// <summary>Returns whether a name is that of a question, or of the column that is mapped to it.</summary>
    public static bool IsQuestion(string name, ColumnMap? map) => HeaderNames.IsQuestion(name)
        || map?.Entries.Any(entry => entry.Part == HeaderNames.Question[0] && IsSame(entry.Column, name)) == true;

    /// <summary>Returns the names under which a header's columns are read.</summary>
    /// <param name="map">The map.</param>
    /// <param name="header">The names of the columns.</param>
    /// <param name="isRecord">Whether they are those of one record, which need not have every property.</param>
    /// <param name="fault">Why the map does not fit the header; empty if it does.</param>
    public static string[] Of(ColumnMap map, IReadOnlyList<string> header, bool isRecord, out string fault)
    {
        fault = "";
        string[] names = [.. header];
        var mapped = new HashSet<int>();
        var parts = new List<(int Place, string Part)>();
        foreach (var (part, column) in map.Entries)
        {
            var exact = PlacesOf(header, name => name.Trim(' ', '\uFEFF') == column);
            var places = exact.Count > 0 ? exact : PlacesOf(header, name => IsSame(column, name));
            if (places.Count == 0 && isRecord)
            {
                continue;
            }

            if (places.Count != 1)
            {
                fault = places.Count > 1
                    ? $"'{Excerpt.Of(column)}' is mapped ({part}), and {places.Count} columns have that name: rename all but one."
                    : $"'{Excerpt.Of(column)}' is mapped ({part}), and no column has that name; the columns are {Listed(header)}.";
                return names;
            }

            var place = places[0];
            if (!mapped.Add(place))
            {
                fault = $"'{Excerpt.Of(header[place])}' is mapped to two parts.";
                return names;
            }

            parts.Add((place, part));
            names[place] = part == ColumnMap.Metadata ? MetadataReading.Marked(header[place].Trim())
                : ColumnMap.NamedMetadata.Contains(part) ? MetadataReading.Marked(part)
                : part == ColumnMap.GoldPart ? HeaderNames.Answer[0]
                : part;
        }

        foreach (var (place, part) in parts.Where(static mapped => mapped.Part != ColumnMap.Metadata))
        {
            var isKept = ColumnMap.NamedMetadata.Contains(part);
            var other = Enumerable.Range(0, names.Length).FirstOrDefault(
                column => column != place && (isKept
                    ? IsSame(MetadataReading.NameOf(names[column]), part)
                    : !mapped.Contains(column) && !MetadataReading.IsMarked(names[column]) && IsSame(names[column], names[place])),
                -1);
            if (other >= 0)
            {
                fault = $"'{Excerpt.Of(header[place])}' is mapped to {(isKept ? part : names[place])}, and there is a column "
                    + $"'{Excerpt.Of(header[other])}' too: "
                    + (isKept
                        ? "rename that."
                        : "map that to another part, or keep it beside the question with "
                            + $"{ColumnMap.Metadata}={Excerpt.Of(header[other])}.");
                return names;
            }
        }

        return names;
    }

    /// <summary>Returns the mapped columns that a header has.</summary>
    public static IEnumerable<string> Found(ColumnMap map, IReadOnlyList<string> header) =>
        map.Entries.Select(static entry => entry.Column).Where(column => header.Any(name => IsSame(column, name)));

    /// <summary>Returns some names of columns for a message.</summary>
    public static string Listed(IReadOnlyList<string> header)
    {
        var shown = header.Take(12).Select(static name => string.IsNullOrWhiteSpace(name) ? "(without a name)" : $"'{Excerpt.Of(name)}'");
        return $"{string.Join(", ", shown)}{(header.Count > 12 ? $" and {header.Count - 12} more" : "")}";
    }

    private static List<int> PlacesOf(IReadOnlyList<string> header, Func<string, bool> isOne) =>
        [.. Enumerable.Range(0, header.Count).Where(place => isOne(header[place]))];

    /// <summary>Returns whether two names are one, but for what does not count; a name of nothing else is only itself.</summary>
    private static bool IsSame(string column, string name) =>
        HeaderNames.Plain(column) is { Length: > 0 } plain ? plain == HeaderNames.Plain(name) : column == name.Trim();
}
