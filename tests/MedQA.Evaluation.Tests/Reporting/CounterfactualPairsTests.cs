using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;
using Interval = MedQA.Evaluation.Statistics.Interval;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class CounterfactualPairsTests
{
    private static readonly string[] Four = ["Aspirin", "Bisoprolol", "Codeine", "Digoxin"];

    [Fact]
    public void Flips_shifts_and_tests_are_those_of_SciPy()
    {
        // Of 60 pairs, from male to female 9 turn wrong and 2 right, 30 stay right and 19 wrong; to child 6 turn right and none wrong.
        var pairs = Of([.. Enumerable.Range(0, 60).SelectMany(static at => new Row[]
        {
            new("male", at is < 9 or >= 11 and < 41 ? 'A' : 'B') { Pair = $"p{at}" },
            new("female", at is >= 9 and < 41 ? 'A' : 'B') { Pair = $"p{at}" },
            new("child", at is < 9 or >= 11 and < 47 ? 'A' : 'B') { Pair = $"p{at}" },
        })]);

        Assert.Equal(("male", "female", 60), (pairs.Reference, pairs.WorstGroup, pairs.Pairs));
        Assert.Equal(["male 39/60", "female 32/60", "child 45/60"], pairs.Groups.Select(static group => $"{group.Name} {group.Correct}/{group.Scored}"));
        Assert.Null(pairs.Groups[0].Shift);
        var (female, child) = (pairs.Groups[1].Shift!, pairs.Groups[2].Shift!);
        Assert.Equal((9, 2, 30, 19), (female.RightToWrong, female.WrongToRight, female.BothRight, female.NeitherRight));
        Assert.Equal((0, 6), (child.RightToWrong, child.WrongToRight));

        // scipy.stats.binomtest(2, 11).pvalue and (0, 6); the two times Holm's factors.
        Assert.Equal(0.0654296875, female.P!.Value, 1e-12);
        Assert.Equal(0.03125, child.P!.Value, 1e-12);
        Assert.Equal((2, 0.0654296875, 0.0625), (pairs.Tests, female.CorrectedP!.Value, child.CorrectedP!.Value), Near);

        // binomtest(11, 60).proportion_ci(method="exact"); Tango's score equation, solved by scipy.optimize.brentq.
        Near(new Interval(0.09523582291655779, 0.3043960547407762), female.ChangedInterval!.Value, 1e-9);
        Assert.Equal(-7 / 60.0, female.AccuracyShift!.Value, 1e-12);
        Near(new Interval(-0.23533704042831627, -0.009786742023122092), female.AccuracyInterval!.Value, 1e-9);
        Assert.Equal((17, 60, 17, 60), (pairs.Changed, pairs.Comparable, pairs.Flipped, pairs.Scored));
        Assert.Equal(17, pairs.FlipCount);
        Assert.Empty(pairs.LeftOut);
        Assert.Empty(pairs.Warnings);
    }

    [Fact]
    public void Shifts_of_agreement_are_paired()
    {
        // scipy.stats.ttest_1samp(d, 0).confidence_interval() of the same differences.
        var pairs = Of([.. Enumerable.Range(0, 60).SelectMany(static at => new Row[]
        {
            new("m", 'A') { Pair = $"p{at}", Votes = "AAABB" },
            new("f", 'A') { Pair = $"p{at}", Votes = at % 3 == 0 ? "AAABB" : ((string[])["ABCDD", "AABCD", "AAABB", "AAAAB"])[at % 4], Answer = 'A' },
        })]);
        var shift = pairs.Groups[1].Shift!;
        Assert.Equal(-0.06666666666666667, shift.AgreementShift!.Value, 1e-12);
        Near(new Interval(-0.11578841479046581, -0.01754491854286753), shift.AgreementInterval!.Value, 1e-9);
    }

    [Fact]
    public void Agreement_of_one_sample_or_of_different_numbers_is_not_compared()
    {
        foreach (var votes in (string[])["A", "AAA"])
        {
            var group = Of([new("m", 'A') { Pair = "1", Votes = votes }, new("f", 'A') { Pair = "1", Votes = "A" }]).Groups[1];
            Assert.Null(group.MeanAgreement);
            Assert.Null(group.Shift!.AgreementShift);
        }
    }

    [Fact]
    public void Options_are_compared_by_their_texts_where_they_stand_in_another_order()
    {
        string[] turned = ["Digoxin", "aspirin ", "Bisoprolol", "Codeine"];
        var same = Of([new("m", 'B') { Pair = "1", Gold = 'A' }, new("f", 'C') { Pair = "1", Gold = 'B', Options = turned }]);
        Assert.Equal((1, 0, 0, 0), (same.Comparable, same.Changed, same.Flipped, same.FlipCount));
        var other = Of([new("m", 'B') { Pair = "1", Gold = 'A' }, new("f", 'B') { Pair = "1", Gold = 'B', Options = turned }]);
        Assert.Equal((1, 1, 1), (other.Changed, other.Flipped, other.FlipCount));
        Assert.Equal(("B", "Bisoprolol", false), (other.Flips[0].From.Letter, other.Flips[0].From.Text, other.Flips[0].From.Correct));
        Assert.Equal(("B", "Aspirin", true), (other.Flips[0].To.Letter, other.Flips[0].To.Text, other.Flips[0].To.Correct));
    }

    [Theory]
    [InlineData("abcd", "abcd", "0123")]
    [InlineData("abcd", "dcba", "3210")]
    [InlineData("abcd", "abxy", "0123")]
    [InlineData("abcd", "wxyz", "0123")]
    [InlineData("abcd", "xcba", "3210")]
    [InlineData("aabc", "abca", "0312")]
    [InlineData("aab", "aab", "012")]
    [InlineData("abcd", "baxy", null)]
    [InlineData("abcd", "abc", null)]
    public void Options_correspond_by_text_or_by_place(string options, string others, string? places) =>
        Assert.Equal(places, OptionAlignment.Of([.. options.Select(static letter => (int)letter)], [.. others.Select(static letter => (int)letter)]) is { } found ? string.Concat(found) : null);

    [Fact]
    public void Pairs_with_other_options_or_another_right_one_are_compared_by_right_and_wrong_only()
    {
        var pairs = Of(
            [
                new("m", 'A') { Pair = "1" }, new("f", 'B') { Pair = "1", Options = ["Aspirin", "Bisoprolol", "Codeine"] },
                new("m", 'A') { Pair = "2" }, new("f", 'B') { Pair = "2", Gold = 'B' },
            ]);
        Assert.Equal((2, 0, 0, 2, 1), (pairs.Pairs, pairs.Comparable, pairs.Changed, pairs.Scored, pairs.Flipped));
        Assert.Null(pairs.ChangedInterval);
        Assert.Equal(["OtherOptions 1 1", "OtherRightOption 1 2"], LeftOut(pairs));
    }

    [Fact]
    public void What_cannot_be_compared_is_counted_and_named()
    {
        var pairs = Of(
            [
                new("m", 'A') { Pair = "one" },
                new("m", 'A') { Pair = "two" }, new("M", 'A') { Pair = "two" }, new("f", 'A') { Pair = "two" },
                new("", 'A') { Pair = "three" }, new("m", 'A') { Pair = "three" },
                new("f", 'A') { Pair = "  " },
                new("m", 'A') { Pair = "long", Options = [] }, new("f", 'A') { Pair = "long", Options = [] },
                new("m", 'A') { Pair = "wide", Failure = new AnswerFailure("contextOverflow", "x") }, new("f", 'A') { Pair = "wide" },
                new("m", 'A') { Pair = " Good  one" }, new(" F ", 'B') { Pair = "good one" },
            ]);
        Assert.Equal(1, pairs.Pairs);
        Assert.Equal(["WithoutPair 1 q6", "WithoutGroup 1 three", "WithoutOptions 2 long", "Unaskable 1 wide", "SameGroup 1 two", "Alone 1 one"], LeftOut(pairs));
        Assert.Equal("Case and spaces of a group do not count, so these are one group: 'm', 'M'; 'f', 'F'.", pairs.Warnings[0]);
        Assert.Equal(("Good one", "m", "f"), (pairs.Flips[0].Pair, pairs.Flips[0].From.Group, pairs.Flips[0].To.Group));
        Assert.Contains("- 1 pair has several questions of one group, which are left out (two).", ReportMarkdown.WriteSection(pairs), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_answer_is_a_change_of_its_own_unless_both_are_missing()
    {
        var pairs = Of(
            [
                new("m", 'A') { Pair = "1" }, new("f", null) { Pair = "1" },
                new("m", null) { Pair = "2" }, new("f", null) { Pair = "2" },
            ]);
        Assert.Equal((1, 1), (pairs.Changed, pairs.Groups[1].Shift!.OneUnanswered));
        Assert.Contains("| 1 | m (q0) | A. Aspirin | f (q1) | none | right to wrong |", ReportMarkdown.WriteSection(pairs), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_right_options_only_changes_are_counted()
    {
        var pairs = Of([new("m", 'A') { Pair = "1", Gold = null }, new("f", 'B') { Pair = "1", Gold = null }]);
        Assert.Equal((1, 0, 0), (pairs.Changed, pairs.Scored, pairs.Tests));
        Assert.Null(pairs.WorstGroup);
        Assert.Null(pairs.Groups[1].Shift!.AccuracyShift);
        var text = ReportMarkdown.WriteSection(pairs);
        Assert.Contains("other option", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Right and wrong", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void There_is_a_p_only_where_it_could_be_below_5_percent(int flips, bool hasP)
    {
        var pairs = Of([.. Enumerable.Range(0, 40).SelectMany(at => new Row[] { new("m", 'A') { Pair = $"{at}" }, new("f", at < flips ? 'B' : 'A') { Pair = $"{at}" } })]);
        Assert.Equal((hasP, hasP ? 1 : 0), (pairs.Groups[1].Shift!.P < 0.05, pairs.Tests));
        Assert.NotNull(pairs.Groups[1].Shift!.AccuracyInterval);
    }

    [Fact]
    public void While_questions_failed_there_are_no_intervals_and_tests()
    {
        var pairs = Of(
            [
                .. Enumerable.Range(0, 40).SelectMany(static at => new Row[] { new("m", 'A') { Pair = $"{at}" }, new("f", 'B') { Pair = $"{at}" } }),
                new("m", null) { Pair = "41", Failure = new AnswerFailure("workerCrashed", "x") }, new("f", 'A') { Pair = "41" },
            ]);
        var shift = pairs.Groups[1].Shift!;
        Assert.Equal((40, (double?)-1), (shift.Pairs, shift.AccuracyShift));
        Assert.Equal((null, null, null, null, 0), (shift.P, shift.AccuracyInterval, shift.ChangedInterval, pairs.FlippedInterval, pairs.Tests));
        Assert.Contains("Questions of pairs failed: there are no intervals and tests until a retry has answered them.", pairs.Warnings);
        Assert.Equal(["Failed 1 41"], LeftOut(pairs));
    }

    [Fact]
    public void Pairs_on_one_passage_are_one_cluster()
    {
        // Eight pairs on each passage, and only the women's questions tell that they belong together.
        var pairs = Of([.. Enumerable.Range(0, 96).SelectMany(static at => new Row[]
        {
            new("m", 'A') { Pair = $"{at}", Cluster = $"{1000 + at:x16}" },
            new("f", at / 8 % 2 == 0 ? 'B' : 'A') { Pair = $"{at}", Cluster = $"{at / 8:x16}" },
        })]);
        var shift = pairs.Groups[1].Shift!;
        Assert.Equal((12, 12), (pairs.Clusters, shift.Clusters));
        Assert.Equal(McNemar.Test([.. Enumerable.Repeat((8, 0), 6), .. Enumerable.Repeat((0, 0), 6)]).ExactP, shift.P!.Value, 1e-12);
        Near(ClusteredInterval.Difference(Enumerable.Range(0, 12).Select(static cluster => (8, 0, cluster % 2 == 0 ? 8 : 0))), shift.AccuracyInterval!.Value, 1e-12);
        Near(ClusteredInterval.Proportion(Enumerable.Range(0, 12).Select(static cluster => (8, cluster % 2 == 0 ? 8 : 0))), pairs.FlippedInterval!.Value, 1e-12);
        Assert.Contains("over clusters, since pairs belong together", ReportMarkdown.WriteSection(pairs), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reference_is_the_group_with_most_questions_of_several_the_first_or_the_one_named()
    {
        Row[] rows =
        [
            new("x", 'A') { Pair = "1" }, new("m", 'A') { Pair = "1" }, new("f", 'B') { Pair = "1" },
            new("f", 'A') { Pair = "2" }, new("m", 'A') { Pair = "2" },
        ];
        Assert.Equal("m", Of(rows).Reference);
        Assert.Equal(["f", "x", "m"], Of(rows, "F").Groups.Select(static group => group.Name));
        var fault = Assert.Throws<InputException>(() => Of(rows, "q"));
        Assert.Equal(("There is no group 'q'; the groups are 'x', 'm', 'f'.", "reference"), (fault.Message, fault.Location.Parameter));
    }

    [Fact]
    public void A_pair_without_the_reference_counts_as_changed_and_not_in_the_comparison()
    {
        var pairs = Of(
            [
                new("m", 'A') { Pair = "1" }, new("f", 'A') { Pair = "1" }, new("m", 'A') { Pair = "3" }, new("f", 'A') { Pair = "3" },
                new("f", 'A') { Pair = "2" }, new("x", 'B') { Pair = "2" },
            ], "m");
        Assert.Equal((3, 1), (pairs.Pairs, pairs.Changed));
        Assert.Equal((0, null), (pairs.Groups.Single(static group => group.Name == "x").Shift!.Pairs, pairs.WorstGroup));
    }

    [Fact]
    public void Members_that_are_the_same_word_for_word_are_named_as_chance()
    {
        var pairs = Of([new("m", 'A') { Pair = "1", Fingerprint = "00aa" }, new("m again", 'B') { Pair = "1", Fingerprint = "00aa" }]);
        Assert.Contains("In 1 of 1 pairs members are the same, word for word (1): what changes there is the chance of sampling.", pairs.Warnings);
        Assert.Contains("Fewer than 30 pairs have m again: what these show may be chance.", pairs.Warnings);
    }

    [Fact]
    public void Pairs_of_different_data_sets_are_different_and_too_many_groups_are_not_compared()
    {
        var apart = Of([new("m", 'A') { Pair = "1" }, new("f", 'B') { Pair = "1", Dataset = "other" }]);
        Assert.Equal((0, null), (apart.Pairs, apart.Reference));
        Assert.Contains("No pair has questions of two groups: nothing is compared.", apart.Warnings);
        Assert.Equal(["Alone 2 1"], LeftOut(apart));

        var many = Of([.. Enumerable.Range(0, 51).Select(static at => new Row($"g{at}", 'A') { Pair = "1" })]);
        Assert.Equal("'group' has more than 50 values, too many to compare: name metadata with fewer.", Assert.Single(many.Warnings));
        Assert.Empty(many.Groups);
    }

    [Fact]
    public void Ten_thousand_pairs_take_no_time()
    {
        var clock = Stopwatch.StartNew();
        var pairs = Of([.. Enumerable.Range(0, 10_000).SelectMany(static at => "mfx".Select(group => new Row($"{group}", at % 7 == 0 && group == 'f' ? 'B' : 'A') { Pair = $"{at}" }))]);
        Assert.Equal((10_000, 1429), (pairs.Pairs, pairs.Changed));
        Assert.Equal((1429, CounterfactualPairs.MaxFlips), (pairs.FlipCount, pairs.Flips.Length));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Property]
    public Property Naming_the_groups_the_other_way_round_mirrors_every_shift() => Prop.ForAll(Members().ToArbitrary(), static rows =>
    {
        var (there, back) = (Of(rows, "m"), Of(rows, "f"));
        var (shift, mirrored) = (there.Groups[1].Shift!, back.Groups[1].Shift!);
        return (shift.RightToWrong, shift.WrongToRight, shift.Changed) == (mirrored.WrongToRight, mirrored.RightToWrong, mirrored.Changed)
            && shift.AccuracyShift == -mirrored.AccuracyShift
            && shift.P == mirrored.P
            && Math.Abs(shift.AccuracyInterval!.Value.Lower + mirrored.AccuracyInterval!.Value.Upper) < 1e-9
            && Math.Abs(shift.AgreementShift!.Value + mirrored.AgreementShift!.Value) < 1e-12
            && (there.Changed, there.Flipped, there.WorstGroup) == (back.Changed, back.Flipped, back.WorstGroup);
    });

    [Property]
    public Property Pairs_whose_members_always_agree_have_no_flips() => Prop.ForAll(Members().ToArbitrary(), static rows =>
    {
        var pairs = Of([.. rows.Select((row, at) => row with { Answer = rows[at / 2 * 2].Answer })]);
        return (pairs.Changed, pairs.Flipped, pairs.FlipCount, pairs.Tests, pairs.WorstGroup) == (0, 0, 0, 0, null)
            && pairs.ChangedInterval is { Lower: 0, Upper: > 0 }
            && pairs.Groups[1].Shift!.AccuracyInterval is { Lower: < 0, Upper: > 0 };
    });

    [Theory]
    [InlineData("pair", "pair", "Pair", "pair")]
    [InlineData("PAIR ", "id", "Pair_", "PAIR ")]
    [InlineData("id", "pairs", "", null)]
    public void Names_of_metadata_are_found_whatever_their_case_and_punctuation(string one, string two, string three, string? found) =>
        Assert.Equal(found, MetadataNames.Matching([one, two, three], "pair") is [var first, ..] ? first : null);

    [Fact]
    public void Metadata_that_is_not_there_is_named_with_what_is()
    {
        Assert.Equal(("Pair", "sex"), CounterfactualPairs.ColumnsIn(["sex", "Pair"], null, "Sex"));
        var none = Assert.Throws<InputException>(static () => CounterfactualPairs.ColumnsIn(["sex", "Pair"], null, null));
        Assert.Equal("No question has metadata named 'group', which is to name the group; there is 'sex', 'Pair'. Say which does (--group-column, over HTTP group=).", none.Message);
        Assert.Equal("group", none.Location.Parameter);
        Assert.StartsWith("'Pair' cannot name both", Assert.Throws<InputException>(static () => CounterfactualPairs.ColumnsIn(["Pair"], null, "pair")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_has_pairs_only_where_metadata_names_them()
    {
        AnsweredQuestion[] answers = [Answers.Of(0, "AAB", 'A'), Answers.Of(1, "BBB", 'A')];
        var (with, without, half) = (Report(["year", "Pair", "Group"], answers), Report(null, answers), Report(["pair"], answers));
        Assert.Equal((1, 1), (with.Pairs!.Pairs, with.Pairs.Changed));
        Assert.Contains("\n## Counterfactual pairs\n", ReportMarkdown.Write(with), StringComparison.Ordinal);
        Assert.Null(without.Pairs);
        Assert.Null(half.Pairs);
        Assert.DoesNotContain("\"pairs\"", System.Text.Encoding.UTF8.GetString(ReportJson.Write(without)), StringComparison.Ordinal);
        Assert.Equal(ReportJson.Write(without), ReportJson.Write(with with { Pairs = null, Warnings = without.Warnings }));
        Assert.Equal(
            [.. without.Warnings, "1 pair has questions that differ in one thing only. Intervals of accuracy take them as independent unless they share a passage, and are too narrow for that: the figures of the pairs are not."],
            with.Warnings);
        Assert.Equal(ReportJson.Write(with), ReportJson.Write(ReportJson.Read(ReportJson.Write(with))));

        static RunReport Report(IReadOnlyList<string>? names, AnsweredQuestion[] answers)
        {
            var accumulator = new ReportAccumulator(names);
            foreach (var answered in answers)
            {
                accumulator.Add(answered, new Dictionary<string, string> { ["Pair"] = "1", ["Group"] = "mf"[answered.Ordinal].ToString() }, Four);
            }

            return accumulator.Build(Answers.Header(2));
        }
    }

    private static Gen<Row[]> Members() =>
        from count in Gen.Choose(2, 40)
        from letters in Gen.ArrayOf(Gen.Elements('A', 'B', 'C'), 2 * count)
        select letters.Select((letter, at) => new Row("mf"[at % 2].ToString(), letter) { Pair = $"{at / 2}", Votes = "AABBBCC" }).ToArray();

    private static CounterfactualPairs Of(Row[] rows, string? reference = null)
    {
        var accumulator = new CounterfactualPairsAccumulator("pair", "group");
        foreach (var (ordinal, row) in rows.Index())
        {
            accumulator.Add(
                Answers.Of(ordinal, row.Votes, row.Gold, row.Dataset, options: row.Options.Length, answer: row.Answer) with
                {
                    Answer = row.Answer - 'A',
                    Failure = row.Failure,
                    Cluster = row.Cluster,
                    QuestionFingerprint = row.Fingerprint ?? $"{ordinal:x16}",
                },
                new Dictionary<string, string> { ["pair"] = row.Pair, ["group"] = row.Group },
                row.Options);
        }

        return accumulator.Build(reference);
    }

    private static string[] LeftOut(CounterfactualPairs pairs) => [.. pairs.LeftOut.Select(static left => $"{left.Reason} {left.Count} {string.Join(',', left.Names)}")];

    private static void Near(Interval expected, Interval actual, double tolerance)
    {
        Assert.Equal(expected.Lower, actual.Lower, tolerance);
        Assert.Equal(expected.Upper, actual.Upper, tolerance);
    }

    private static bool Near((int Tests, double One, double Two) expected, (int Tests, double One, double Two) actual) =>
        expected.Tests == actual.Tests && Math.Abs(expected.One - actual.One) < 1e-12 && Math.Abs(expected.Two - actual.Two) < 1e-12;

    /// <summary>A member of a pair.</summary>
    private sealed record Row(string Group, char? Answer)
    {
        public required string Pair { get; init; }

        public string Dataset { get; init; } = "medqa";

        public char? Gold { get; init; } = 'A';

        public string Votes { get; init; } = "AAABC";

        public string[] Options { get; init; } = Four;

        public string? Cluster { get; init; }

        public string? Fingerprint { get; init; }

        public AnswerFailure? Failure { get; init; }
    }
}
