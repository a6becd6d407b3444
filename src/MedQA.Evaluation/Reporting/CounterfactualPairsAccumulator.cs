using System.Collections.Immutable;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Reporting;

/// <summary>
/// Collects the answers to questions that come in pairs. Of each it keeps numbers, its names and its options, each text once.
/// </summary>
/// <param name="pairColumn">The name of the metadata that names the pair.</param>
/// <param name="groupColumn">The name of the metadata that names the group.</param>
public sealed class CounterfactualPairsAccumulator(string pairColumn, string groupColumn)
{
    private const int MaxNamed = 8;

    private readonly Dictionary<(string Dataset, string Pair), Pair> _pairs = [];
    private readonly List<Group> _groups = [];
    private readonly Dictionary<string, Group> _groupsByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly Exclusions _leftOut = new();
    private readonly HashSet<(string Dataset, string Pair)> _incomplete = [];

    /// <summary>Adds an answer; one without a pair and a group is passed over.</summary>
    /// <param name="answered">The answer.</param>
    /// <param name="metadata">The metadata of its question.</param>
    /// <param name="options">The options of its question.</param>
    public void Add(AnsweredQuestion answered, IReadOnlyDictionary<string, string>? metadata, IReadOnlyList<string>? options)
    {
        ArgumentNullException.ThrowIfNull(answered);
        var pair = MetadataNames.ValueOf(metadata?.GetValueOrDefault(pairColumn));
        var group = MetadataNames.ValueOf(metadata?.GetValueOrDefault(groupColumn));
        if (pair.Length == 0)
        {
            if (group.Length > 0)
            {
                _leftOut.Add(PairExclusion.WithoutPair, answered.Id);
            }

            return;
        }

        var key = (answered.Dataset, pair.ToUpperInvariant());
        if (ExclusionOf(answered, group) is { } exclusion)
        {
            _leftOut.Add(exclusion, pair);
            _incomplete.Add(key);
            return;
        }

        if (!_pairs.TryGetValue(key, out var found))
        {
            _pairs.Add(key, found = new Pair(answered.Dataset, pair));
        }

        found.Members.Add(new Member(
            GroupOf(group),
            answered.Ordinal,
            answered.Id,
            [.. (options ?? []).Select(NumberOf)],
            answered.ChosenOptions,
            answered.RightOptions,
            answered.Agreement,
            answered.SamplesAsked,
            QuestionCluster.Of(answered),
            answered.QuestionFingerprint));
    }

    /// <summary>Returns what the answers show.</summary>
    /// <param name="reference">
    /// The group that the others are compared with; <see langword="null"/> for the one with the most questions, of several the one that
    /// comes first.
    /// </param>
    /// <param name="provisional">Whether questions of the run are still without an answer.</param>
    /// <exception cref="InputException">There is no such group.</exception>
    public CounterfactualPairs Build(string? reference = null, bool provisional = false)
    {
        var leftOut = _leftOut.Copy();
        var usable = _pairs.Select(pair => (pair.Key, pair.Value, Members: Distinct(pair.Value, leftOut))).ToList();
        foreach (var (key, pair, members) in usable)
        {
            if (members.Count < 2 && members.Count == pair.Members.Count && !_incomplete.Contains(key))
            {
                leftOut.Add(PairExclusion.Alone, pair.Name);
            }
        }

        var pairs = usable.FindAll(static pair => pair.Members.Count > 1)
            .ConvertAll(static pair => pair.Value with { Members = pair.Members });
        var compared = new Comparison(pairs, leftOut, _texts, _leftOut.CountOf(PairExclusion.Failed) == 0 ? 0.95 : null);
        var against = reference is null ? null : GroupNamed(reference);
        var hasTooMany = _groups.Count > CounterfactualPairs.MaxGroups;
        var made = hasTooMany || pairs.Count == 0
            ? new CounterfactualPairs
            {
                PairColumn = pairColumn,
                GroupColumn = groupColumn,
                Pairs = pairs.Count,
                Comparable = 0,
                Changed = 0,
                Scored = 0,
                Flipped = 0,
            }
            : compared.Make(pairColumn, groupColumn, against ?? Usual(pairs));
        return made with
        {
            LeftOut = leftOut.ToArray(),
            Warnings =
            [
                .. provisional
                    ? ["Provisional: not every question was answered, and every figure can change."]
                    : ImmutableArray<string>.Empty,
                .. hasTooMany
                    ?
                    [
                        $"'{groupColumn}' has more than {CounterfactualPairs.MaxGroups} values, too many to compare: name metadata with "
                            + "fewer.",
                    ]
                    : ImmutableArray<string>.Empty,
                .. pairs.Count == 0
                    ? ["No pair has questions of two groups: nothing is compared."]
                    : ImmutableArray<string>.Empty,
                .. Spellings(),
                .. Warnings(made, pairs, compared.Confidence is null),
            ],
        };
    }

    private static PairExclusion? ExclusionOf(AnsweredQuestion answered, string group) =>
        group.Length == 0 ? PairExclusion.WithoutGroup
        : answered.Failure is { IsOfQuestion: false } ? PairExclusion.Failed
        : answered.OptionCount == 0 ? PairExclusion.WithoutOptions
        : answered.Failure is not null ? PairExclusion.Unaskable
        : null;

    /// <summary>The members of a pair that are the only ones of their groups.</summary>
    private static List<Member> Distinct(Pair pair, Exclusions leftOut)
    {
        var several = pair.Members.CountBy(static member => member.Group).Where(static group => group.Value > 1)
            .Select(static group => group.Key).ToHashSet();
        if (several.Count > 0)
        {
            leftOut.Add(PairExclusion.SameGroup, pair.Name);
        }

        return several.Count == 0 ? pair.Members : pair.Members.FindAll(member => !several.Contains(member.Group));
    }

    private static Group Usual(List<Pair> pairs) => pairs.SelectMany(static pair => pair.Members)
        .CountBy(static member => member.Group)
        .OrderByDescending(static group => group.Value)
        .ThenBy(static group => group.Key.Place)
        .First().Key;

    private static IEnumerable<string> Warnings(CounterfactualPairs made, List<Pair> pairs, bool hasFailed)
    {
        if (hasFailed)
        {
            yield return "Questions of pairs failed: there are no intervals and tests until a retry has answered them.";
        }

        if (made.Groups.Where(static group => group.Shift is { IsSmall: true }).Select(static group => group.Name).ToList()
            is { Count: > 0 } small)
        {
            yield return $"Fewer than {CounterfactualPairs.FewPairs} pairs have {Listed(small, small.Count)}: what these show may be "
                + "chance.";
        }

        if (made.Clusters < ClusteredInterval.FewClusters)
        {
            yield return $"The pairs are of {made.Clusters} clusters only (on one passage, or with an equal question): intervals and tests "
                + "are not to be relied on.";
        }

        var equal = made.Groups.IsEmpty ? [] : pairs.FindAll(static pair => pair.Members
            .Where(static member => member.Fingerprint.Length > 0)
            .CountBy(static member => member.Fingerprint)
            .Any(static same => same.Value > 1));
        if (equal.Count > 0)
        {
            yield return $"In {Figures.Count(equal.Count)} of {Figures.Count(pairs.Count)} pairs members are the same, word for word "
                + $"({Listed(equal.ConvertAll(static pair => pair.Name), equal.Count)}): what changes there is the chance of sampling.";
        }
    }

    private IEnumerable<string> Spellings()
    {
        var several = _groups.Where(static group => group.Spellings.Count > 1).ToList();
        if (several.Count > 0)
        {
            yield return "Case and spaces of a group do not count, so these are one group: "
                + string.Join("; ", several.Take(MaxNamed)
                    .Select(static group => string.Join(", ", group.Spellings.Select(static one => $"'{one}'")))) + ".";
        }
    }

    private Group GroupNamed(string name) =>
        _groupsByKey.GetValueOrDefault(MetadataNames.KeyOf(name)) ?? throw new InputException(
            new FaultLocation(Parameter: "reference"),
            $"There is no group '{name}'; the groups are {Listed(_groups.ConvertAll(static group => $"'{group.Name}'"), _groups.Count)}.");

    private Group GroupOf(string name)
    {
        var key = name.ToUpperInvariant();
        if (!_groupsByKey.TryGetValue(key, out var group))
        {
            _groupsByKey.Add(key, group = new Group(name, _groups.Count));
            _groups.Add(group);
        }

        if (group.Spellings.Count < MaxNamed && !group.Spellings.Contains(name))
        {
            group.Spellings.Add(name);
        }

        return group;
    }

    private int NumberOf(string option)
    {
        var text = MetadataNames.OneLine(option);
        if (!_numbers.TryGetValue(text.ToUpperInvariant(), out var number))
        {
            _numbers.Add(text.ToUpperInvariant(), number = _texts.Count);
            _texts.Add(text);
        }

        return number;
    }

    private static string Listed(List<string> names, int count) =>
        string.Join(", ", names.Take(MaxNamed)) + (count > MaxNamed ? $" and {Figures.Count(count - MaxNamed)} more" : "");

    /// <summary>A group: two are the same only if they are one object.</summary>
    private sealed class Group(string name, int place)
    {
        public string Name { get; } = name;

        public int Place { get; } = place;

        public List<string> Spellings { get; } = [];
    }

    private sealed record Pair(string Dataset, string Name)
    {
        public List<Member> Members { get; init; } = [];
    }

    private sealed record Member(
        Group Group,
        int Ordinal,
        string Id,
        ImmutableArray<int> Options,
        OptionSet? Answer,
        OptionSet? Gold,
        double Agreement,
        int Samples,
        ulong Cluster,
        string Fingerprint)
    {
        public bool? Correct => Gold is null ? null : Answer == Gold;

        public PairSide Side(List<string> texts) => new(
            Group.Name,
            Ordinal,
            Id,
            Answer?.ToString(),
            Answer is { } answer && answer.Options.Last() < Options.Length
                ? string.Join("; ", answer.Options.Select(option => texts[Options[option]]))
                : null,
            Correct,
            Agreement);
    }

    /// <summary>What is left out, with the first names.</summary>
    private sealed class Exclusions
    {
        private readonly SortedDictionary<PairExclusion, (int Count, ImmutableArray<string> Names)> _reasons = [];

        public void Add(PairExclusion reason, string name)
        {
            var (count, names) = _reasons.GetValueOrDefault(reason, (0, []));
            _reasons[reason] = (count + 1, names.Length < MaxNamed && !names.Contains(name) ? names.Add(name) : names);
        }

        public int CountOf(PairExclusion reason) => _reasons.GetValueOrDefault(reason).Count;

        public Exclusions Copy()
        {
            var copy = new Exclusions();
            foreach (var (reason, entry) in _reasons)
            {
                copy._reasons.Add(reason, entry);
            }

            return copy;
        }

        public ImmutableArray<PairsLeftOut> ToArray() =>
            [.. _reasons.Select(static reason => new PairsLeftOut(reason.Key, reason.Value.Count, reason.Value.Names))];
    }

    /// <summary>Compares the members of pairs.</summary>
    private sealed class Comparison(List<Pair> pairs, Exclusions leftOut, List<string> texts, double? confidence)
    {
        private readonly ulong[] _clusters = ClustersOf(pairs);

        /// <summary>The confidence of the intervals; <see langword="null"/> while questions failed.</summary>
        public double? Confidence => confidence;

        public CounterfactualPairs Make(string pairColumn, string groupColumn, Group reference)
        {
            var (changed, flipped) = (new ShareTally(), new ShareTally());
            var flips = new List<PairFlip>();
            foreach (var (pair, cluster) in pairs.Zip(_clusters))
            {
                Count(pair, cluster, reference, changed, flipped, flips);
            }

            var isAgreementComparable =
                pairs.SelectMany(static pair => pair.Members).Select(static member => member.Samples).Distinct().ToList() is [> 1];
            var groups = pairs.SelectMany(static pair => pair.Members).Select(static member => member.Group).Distinct()
                .OrderBy(group => group == reference ? -1 : group.Place)
                .Select(group => Of(group, reference, isAgreementComparable))
                .ToList();
            var corrected = new Queue<double>(
                Holm.Adjust([.. groups.Select(static group => group.Shift?.P).OfType<double>()]));
            var tests = corrected.Count;
            groups = groups.ConvertAll(group => group.Shift is { P: not null } shift
                ? group with { Shift = shift with { CorrectedP = corrected.Dequeue() } }
                : group);
            var ordered = flips.OrderBy(static flip => flip.IsOfCorrectness ? 0 : 1).Take(CounterfactualPairs.MaxFlips);
            var clusters = _clusters.Distinct().Count();
            return new CounterfactualPairs
            {
                PairColumn = pairColumn,
                GroupColumn = groupColumn,
                Reference = reference.Name,
                Pairs = pairs.Count,
                Comparable = changed.Count,
                Changed = changed.Right,
                ChangedInterval = IntervalOf(changed),
                Scored = flipped.Count,
                Flipped = flipped.Right,
                FlippedInterval = IntervalOf(flipped),
                Groups = [.. groups],
                WorstGroup = WorstOf(groups),
                Tests = tests,
                Clusters = clusters == pairs.Count ? null : clusters,
                FlipCount = flips.Count,
                Flips = [.. ordered],
            };
        }

        private static string? WorstOf(List<PairGroup> groups)
        {
            var shifts = groups.ConvertAll(static group => (group.Name, Shift: group.Shift is null ? 0 : group.Shift.AccuracyShift));
            var known = shifts.FindAll(static group => group.Shift is not null);
            return known.TrueForAll(static group => group.Shift == 0) ? null : known.MinBy(static group => group.Shift).Name;
        }

        /// <summary>
        /// Clusters of pairs: two pairs belong together if a member of one does so with a member of the other.
        /// </summary>
        private static ulong[] ClustersOf(List<Pair> pairs)
        {
            var parents = Enumerable.Range(0, pairs.Count).ToArray();
            var first = new Dictionary<ulong, int>();
            for (var pair = 0; pair < pairs.Count; pair++)
            {
                foreach (var member in pairs[pair].Members)
                {
                    if (!first.TryAdd(member.Cluster, pair))
                    {
                        parents[Root(pair)] = Root(first[member.Cluster]);
                    }
                }
            }

            return [.. Enumerable.Range(0, pairs.Count).Select(pair => (ulong)Root(pair))];

            int Root(int pair)
            {
                while (parents[pair] != pair)
                {
                    parents[pair] = parents[parents[pair]];
                    pair = parents[pair];
                }

                return pair;
            }
        }

        /// <summary>Compares all members of a pair with the reference's, or where it has none with the first.</summary>
        private void Count(Pair pair, ulong cluster, Group reference, ShareTally changed, ShareTally flipped, List<PairFlip> flips)
        {
            var from = pair.Members.Find(member => member.Group == reference) ?? pair.Members[0];
            var (isComparable, isChanged) = (false, false);
            var exclusions = new HashSet<PairExclusion>();
            foreach (var to in pair.Members)
            {
                if (to == from)
                {
                    continue;
                }

                var (differs, why) = Differs(from, to);
                isComparable |= differs is not null;
                isChanged |= differs == true;
                if (why is { } exclusion && exclusions.Add(exclusion))
                {
                    leftOut.Add(exclusion, pair.Name);
                }

                if (differs == true || (from.Correct is { } right && to.Correct is { } other && right != other))
                {
                    flips.Add(new PairFlip(pair.Dataset, pair.Name, from.Side(texts), to.Side(texts)));
                }
            }

            if (isComparable)
            {
                changed.Add(cluster, isChanged);
            }

            var scored = pair.Members.FindAll(static member => member.Correct is not null);
            if (scored.Count > 1)
            {
                flipped.Add(cluster, scored.Exists(member => member.Correct != scored[0].Correct));
            }
        }

        /// <summary>
        /// Whether another option is chosen, by its text or place; <see langword="null"/> if that is no flip, because other options are
        /// there or another one is right.
        /// </summary>
        private static (bool? Differs, PairExclusion? Why) Differs(Member from, Member to)
        {
            if (OptionAlignment.Of(from.Options, to.Options) is not { } places)
            {
                return (null, PairExclusion.OtherOptions);
            }

            return from.Gold is { } right && to.Gold is { } otherRight && !IsSame(right, otherRight)
                ? (null, PairExclusion.OtherRightOption)
                : from.Answer is { } answer && to.Answer is { } otherAnswer ? (!IsSame(answer, otherAnswer), null)
                : (from.Answer is null != to.Answer is null, null);

            bool IsSame(OptionSet one, OptionSet other) => OptionSet.Of(one.Options.Select(option => places[option])) == other
                || one.Options.Select(option => from.Options[option]).Order()
                    .SequenceEqual(other.Options.Select(option => to.Options[option]).Order());
        }

        private PairGroup Of(Group group, Group reference, bool isAgreementComparable)
        {
            var members = pairs.SelectMany(static pair => pair.Members).Where(member => member.Group == group).ToList();
            var right = new ShareTally();
            foreach (var member in members)
            {
                if (member.Correct is { } correct)
                {
                    right.Add(member.Cluster, correct);
                }
            }

            return new PairGroup
            {
                Name = group.Name,
                Questions = members.Count,
                Scored = right.Count,
                Correct = right.Right,
                Accuracy = right.Count == 0 ? null : (double)right.Right / right.Count,
                Interval = IntervalOf(right),
                MeanAgreement = isAgreementComparable ? members.Average(static member => member.Agreement) : null,
                Shift = group == reference ? null : ShiftOf(group, reference, isAgreementComparable),
            };
        }

        private GroupShift ShiftOf(Group group, Group reference, bool isAgreementComparable)
        {
            var both = pairs.Zip(_clusters)
                .Select(pair => (
                    Cluster: pair.Second,
                    From: pair.First.Members.Find(member => member.Group == reference),
                    To: pair.First.Members.Find(member => member.Group == group)))
                .Where(static pair => pair.From is not null && pair.To is not null)
                .Select(static pair => (pair.Cluster, From: pair.From!, To: pair.To!))
                .ToList();
            var (changed, unanswered) = (new ShareTally(), 0);
            foreach (var (cluster, from, to) in both)
            {
                if (Differs(from, to).Differs is { } differs)
                {
                    changed.Add(cluster, differs);
                    unanswered += differs && (from.Answer is null || to.Answer is null) ? 1 : 0;
                }
            }

            var scored = both.FindAll(static pair => pair.From.Correct is not null && pair.To.Correct is not null)
                .ConvertAll(static pair => (pair.Cluster, pair.From.Correct!.Value, pair.To.Correct!.Value));
            var shift = new GroupShift
            {
                Pairs = both.Count,
                Comparable = changed.Count,
                Changed = changed.Right,
                OneUnanswered = unanswered,
                ChangedInterval = IntervalOf(changed),
                Scored = scored.Count,
            };
            if (isAgreementComparable && both.Count > 0)
            {
                var (mean, interval) = AgreementOf(both);
                shift = shift with { AgreementShift = mean, AgreementInterval = interval };
            }

            if (scored.Count == 0)
            {
                return shift;
            }

            var shares = PairedShares.Of(scored);
            var flips = shares.Test.Clusters ?? (shares.Test.OnlyFirst + shares.Test.OnlySecond);
            return shift with
            {
                BothRight = shares.BothRight,
                NeitherRight = shares.NeitherRight,
                RightToWrong = shares.Test.OnlyFirst,
                WrongToRight = shares.Test.OnlySecond,
                AccuracyShift = (double)(shares.Test.OnlySecond - shares.Test.OnlyFirst) / scored.Count,
                AccuracyInterval = confidence is null ? null : shares.Interval,
                P = confidence is null || flips < CounterfactualPairs.LeastForTest ? null : shares.Test.ExactP,
                Clusters = shares.Clusters,
            };
        }

        private (double Mean, Interval? Interval) AgreementOf(List<(ulong Cluster, Member From, Member To)> both)
        {
            var differences = both.ConvertAll(static pair => pair.To.Agreement - pair.From.Agreement).ToArray();
            var clusters = both.ConvertAll(static pair => pair.Cluster).ToArray();
            var (mean, error) = StandardErrors.Clustered<ulong>(differences, clusters);
            var number = clusters.Distinct().Count();
            var corrected = new MeanWithError(mean, error * StandardErrors.SmallSample(number));
            return (mean, confidence is null || number < 2 || error < 1e-12 ? null : corrected.IntervalAt(number - 1));
        }

        private Interval? IntervalOf(ShareTally tally) => confidence is { } given ? tally.Interval(given) : null;
    }
}
