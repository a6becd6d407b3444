using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>Accuracy by what a question set says of its questions besides, as their difficulty or their year.</summary>
public sealed record MetadataSlices
{
    /// <summary>The most names that can be asked for at once.</summary>
    public const int MaxNames = 10;

    /// <summary>The most values of a name: more are no groups.</summary>
    public const int MaxValues = 50;

    /// <summary>With fewer scored questions than this, a slice says little.</summary>
    public const int FewQuestions = 30;

    /// <summary>
    /// The fewest scored questions, or clusters of them, of which a slice and all others must be for a test: with fewer of which half are
    /// answered right, hardly any outcome is below 0.05. A test that cannot reject anything is no part of the family that is corrected for
    /// (Tarone, Biometrics 46, 1990).
    /// </summary>
    public const int LeastForTest = 6;

    /// <summary>The slices, in the order of the names; those of a name by the number of their questions.</summary>
    public required ImmutableArray<MetadataSlice> Slices { get; init; }

    /// <summary>How many tests Holm's correction is for. Two slices that are all of a name's are one test.</summary>
    public required int Tests { get; init; }

    /// <summary>Whether questions belong together, and the tests take their clusters as the units; else they are Fisher's.</summary>
    public required bool IsClustered { get; init; }

    /// <summary>What limits the figures, a sentence each.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>The names that can be asked for; only where none was.</summary>
    public ImmutableArray<MetadataName>? Names { get; init; }

    /// <summary>No slices.</summary>
    public static MetadataSlices None { get; } = new() { Slices = [], Tests = 0, IsClustered = false, Warnings = [] };
}

/// <summary>The questions with one value of metadata, compared with all other scored questions of the run.</summary>
/// <param name="Name">The metadata's name.</param>
/// <param name="Value">
/// The value, as it is first written: case and spaces do not count; <see langword="null"/> for questions without one.
/// </param>
/// <param name="Questions">Questions that the model was asked, those without a known right option included.</param>
/// <param name="Accuracy">Their accuracy.</param>
/// <param name="P">
/// The two-sided p value of the test that the other questions are answered right as often; <see langword="null"/> if there is nothing to
/// compare, where either are fewer than 6 scored questions or clusters of them, or while questions failed.
/// </param>
/// <param name="CorrectedP"><paramref name="P"/> with Holm's correction for all tests of these slices.</param>
public sealed record MetadataSlice(string Name, string? Value, int Questions, Accuracy Accuracy, double? P, double? CorrectedP)
{
    /// <summary>Whether there are so few scored questions that the slice says little.</summary>
    public bool IsSmall => Accuracy.Scored < MetadataSlices.FewQuestions;
}

/// <summary>Counts answers by metadata.</summary>
/// <param name="names">The names, 1 to <see cref="MetadataSlices.MaxNames"/>.</param>
public sealed class MetadataSlicesAccumulator(IReadOnlyList<string> names)
{
    private readonly Group _all = new();
    private readonly Dictionary<(int Name, string Value), Group> _groups = [];
    private readonly int[] _values = new int[names.Count];

    /// <summary>Counts an answer.</summary>
    /// <param name="metadata">What the set says of its question besides; <see langword="null"/> for nothing.</param>
    /// <param name="answered">The answer.</param>
    /// <exception cref="InputException">A name has more values than can be compared.</exception>
    public void Add(IReadOnlyDictionary<string, string>? metadata, AnsweredQuestion answered)
    {
        ArgumentNullException.ThrowIfNull(answered);
        _all.Add(answered);
        for (var name = 0; name < names.Count; name++)
        {
            // No value is blank.
            var value = MetadataNames.ValueOf(metadata?.GetValueOrDefault(names[name]));
            var key = (name, MetadataNames.KeyOf(value));
            if (!_groups.TryGetValue(key, out var group))
            {
                if (key.Item2.Length > 0 && ++_values[name] > MetadataSlices.MaxValues)
                {
                    throw new InputException(
                        $"'{names[name]}' has more than {MetadataSlices.MaxValues} values, too many to compare: name metadata with fewer.");
                }

                _groups.Add(key, group = new Group { Value = value });
            }

            group.Add(answered);
            group.Spell(value);
        }
    }

    /// <summary>Returns the slices.</summary>
    /// <exception cref="InputException">No question has metadata of some name.</exception>
    public MetadataSlices Build()
    {
        if (Array.IndexOf(_values, 0) is >= 0 and var missing)
        {
            throw new InputException($"No question has metadata named '{names[missing]}'.");
        }

        var all = _all.Accuracy.Build();
        var rows = _groups.OrderBy(static group => group.Key.Name)
            .ThenByDescending(static group => group.Value.Accuracy.Questions)
            .ThenBy(static group => group.Value.Value, StringComparer.Ordinal)
            .Select(group => (
                group.Key,
                group.Value.Value,
                Accuracy: group.Value.Accuracy.Build(),
                group.Value.Accuracy.Questions,
                P: Test(group.Value, all)))
            .ToList();

        // The second of two slices that are all questions is compared with the first, which is the first's test.
        var slicesOf = rows.CountBy(static row => row.Key.Name).ToDictionary();
        var tested = rows.Index()
            .Where(row => row.Item.P is not null
                && !(slicesOf[row.Item.Key.Name] == 2 && row.Index > 0 && rows[row.Index - 1].Key.Name == row.Item.Key.Name))
            .ToList();
        var corrected = Holm.Adjust([.. tested.Select(static row => row.Item.P!.Value)]);
        var byRow = tested.Select(static (row, test) => (row.Index, test)).ToDictionary(row => row.Index, row => corrected[row.test]);
        ImmutableArray<MetadataSlice> slices =
        [
            .. rows.Select((row, index) => new MetadataSlice(
                names[row.Key.Name],
                row.Value.Length == 0 ? null : row.Value,
                row.Questions,
                row.Accuracy,
                row.P,
                row.P is null ? null : byRow.TryGetValue(index, out var own) ? own : byRow[index - 1])),
        ];
        return new MetadataSlices
        {
            Slices = slices,
            Tests = tested.Count,
            IsClustered = all.Clusters is not null,
            Warnings = [.. Warnings(slices, all), .. Spellings()],
        };
    }

    private static IEnumerable<string> Warnings(ImmutableArray<MetadataSlice> slices, Accuracy all)
    {
        if (all.Failed > 0)
        {
            yield return $"{all.Failed} questions failed: nothing is tested until a retry has answered them.";
        }

        if (all.FewClusters)
        {
            yield return $"The questions are of {all.Clusters} clusters only: the tests are not to be relied on.";
        }

        // Few questions are warned of below.
        var few = slices.Where(slice => !all.FewClusters && slice is { IsSmall: false, Accuracy.FewClusters: true }).ToList();
        if (few.Count > 0)
        {
            yield return $"The questions with {Listed(few)} are of few clusters: their intervals and tests are not to be relied on.";
        }

        var untested = slices.Where(slice => all.Failed == 0 && slice.P is null && slice.Accuracy.Scored is > 0 and var scored
            && scored < all.Scored).ToList();
        if (untested.Count > 0)
        {
            yield return $"Not tested, and not counted in the correction: {Listed(untested)}. A test needs {MetadataSlices.LeastForTest} "
                + $"scored questions{(all.Clusters is null ? "" : ", in as many clusters,")} with the value, and as many others.";
        }

        var small = slices.Where(static slice => slice.IsSmall).ToList();
        if (small.Count > 0)
        {
            yield return $"Fewer than {MetadataSlices.FewQuestions} scored questions have {Listed(small)}: what these show may be chance.";
        }
    }

    private static string Listed(List<MetadataSlice> slices) =>
        string.Join(", ", slices.Take(8).Select(static slice => $"{slice.Name} {slice.Value ?? "(none)"}"))
            + (slices.Count > 8 ? $" and {slices.Count - 8} other values" : "");

    private double? Test(Group group, Accuracy all)
    {
        var own = group.Accuracy.Build();
        return all.Failed > 0 || Math.Min(group.Clusters.Count, OthersOf(group)) < MetadataSlices.LeastForTest ? null
            : all.Clusters is null ? ShareDifference.Exact(own.Correct, own.Scored, all.Correct - own.Correct, all.Scored - own.Scored)
            : ShareDifference.Clustered(_all.Clusters.Select(cluster =>
            {
                var (count, right) = group.Clusters.GetValueOrDefault(cluster.Key);
                return (count, right, cluster.Value.Count - count, cluster.Value.Right - right);
            }));
    }

    /// <summary>The clusters with questions that are not in a group.</summary>
    private int OthersOf(Group group) =>
        _all.Clusters.Count(cluster => group.Clusters.GetValueOrDefault(cluster.Key).Count < cluster.Value.Count);

    private IEnumerable<string> Spellings()
    {
        var several = _groups.Values.Where(static group => group.Spellings.Count > 1).ToList();
        if (several.Count > 0)
        {
            yield return "Case and spaces of a value do not count, so these are one value: "
                + string.Join("; ", several.Take(8)
                    .Select(static group => string.Join(", ", group.Spellings.Select(static one => $"'{one}'")))) + ".";
        }
    }

    private sealed class Group
    {
        private const int MaxSpellings = 8;

        public string Value { get; init; } = "";

        public List<string> Spellings { get; } = [];

        public void Spell(string value)
        {
            if (Spellings.Count < MaxSpellings && !Spellings.Contains(value))
            {
                Spellings.Add(value);
            }
        }

        public AccuracyTally Accuracy { get; } = new();

        public Dictionary<ulong, (int Count, int Right)> Clusters { get; } = [];

        public void Add(AnsweredQuestion answered)
        {
            Accuracy.Add(answered);
            if (answered.Correct is { } right)
            {
                var cluster = QuestionCluster.Of(answered);
                var (count, before) = Clusters.GetValueOrDefault(cluster);
                Clusters[cluster] = (count + 1, before + (right ? 1 : 0));
            }
        }
    }
}
