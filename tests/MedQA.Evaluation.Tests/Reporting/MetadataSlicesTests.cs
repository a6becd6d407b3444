using MedQA.Evaluation.Answering;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class MetadataSlicesTests
{
    [Fact]
    public void Each_value_is_compared_with_all_other_questions_and_corrected_for_all_tests()
    {
        // easy 29 of 31, hard 12 of 17, none 8 of 10; sex: f 25 of 29, m 24 of 29.
        var slices = Slices(["difficulty", "sex"], [.. Enumerable.Range(0, 58).Select(static at => (
            Right: at < 31 ? at < 29 : at < 48 ? at < 43 : at < 56,
            Difficulty: at < 31 ? "easy" : at < 48 ? "hard" : null,
            Sex: at % 2 == 0 ? "f" : "m",
            Cluster: (string?)null))]);

        Assert.Equal(["difficulty easy 29/31", "difficulty hard 12/17", "difficulty  8/10", "sex f 25/29", "sex m 24/29"], slices.Slices.Select(static slice => $"{slice.Name} {slice.Value} {slice.Accuracy.Correct}/{slice.Accuracy.Scored}"));
        double[] p = [ShareDifference.Exact(29, 31, 20, 27), ShareDifference.Exact(12, 17, 37, 41), ShareDifference.Exact(8, 10, 41, 48), ShareDifference.Exact(24, 29, 25, 29)];
        Assert.Equal([.. p, p[3]], slices.Slices.Select(static slice => slice.P!.Value), static (one, other) => Math.Abs(one - other) < 1e-12);
        var corrected = Holm.Adjust(p);
        Assert.Equal([.. corrected, corrected[3]], slices.Slices.Select(static slice => slice.CorrectedP!.Value));
        Assert.Equal((4, false), (slices.Tests, slices.IsClustered));
        Assert.Equal(BinomialInterval.ClopperPearson(29, 31), slices.Slices[0].Accuracy.Interval);
        Assert.Equal(["Fewer than 30 scored questions have difficulty hard, difficulty (none), sex f, sex m: what these show may be chance."], slices.Warnings);
        var text = ReportMarkdown.Write(slices);
        Assert.Contains("| difficulty | (none) | 8/10 | 80.0 % |", text, StringComparison.Ordinal);
        Assert.Contains("Fisher's exact test), corrected by Holm's method for 4 tests.", text.Replace("’", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_that_belong_together_are_tested_as_clusters()
    {
        var slices = Slices(["year", "year"], [.. Enumerable.Range(0, 40).Select(static at => (Right: at / 2 % 3 != 0, Difficulty: (string?)null, Sex: at < 20 ? "2019" : "2020", Cluster: (string?)$"{at / 2:x16}"))]);
        Assert.True(slices.IsClustered);
        Assert.All(slices.Slices, static slice => Assert.Equal(10, slice.Accuracy.Clusters));
        var expected = ShareDifference.Clustered(Enumerable.Range(0, 20).Select(static cluster => (cluster < 10 ? 2 : 0, cluster < 10 && cluster % 3 != 0 ? 2 : 0, cluster < 10 ? 0 : 2, cluster >= 10 && cluster % 3 != 0 ? 2 : 0)));
        Assert.All(slices.Slices, slice => Assert.Equal(expected, slice.P!.Value, 1e-12));
    }

    [Fact]
    public void Values_that_differ_in_case_or_spaces_are_one_and_named_as_first_written()
    {
        var slices = Slices(["difficulty", "sex"], [.. Enumerable.Range(0, 40).Select(static at => (
            Right: at % 3 != 0, Difficulty: (string?)"same", Sex: at == 0 ? "Female" : at % 4 == 0 ? " female" : at % 4 == 2 ? "FEMALE\u200B" : "male", Cluster: (string?)null))]);
        Assert.Equal([("Female", 20), ("male", 20)], slices.Slices.Where(static slice => slice.Name == "sex").Select(static slice => (slice.Value!, slice.Accuracy.Scored)));
        Assert.Equal("Case and spaces of a value do not count, so these are one value: 'Female', 'FEMALE', 'female'.", slices.Warnings[^1]);

        var names = new MetadataNames();
        foreach (var value in (string[])["Female", "female ", "male"])
        {
            names.Add(new Question { Id = "q", Dataset = "d", Text = "t", Metadata = new Dictionary<string, string> { ["sex"] = value } });
        }

        Assert.Equal([new MetadataName("sex", 3, 2)], names.Build());
    }

    [Theory]
    [InlineData(5, null, 0)]
    [InlineData(6, 0.0, 1)]
    public void A_slice_too_small_for_a_test_is_not_counted_in_the_correction(int without, double? least, int tests)
    {
        var slices = Slices(["difficulty", "sex"], [.. Enumerable.Range(0, 60).Select(at => (
            Right: at >= without, Difficulty: at < without ? null : (string?)"hard", Sex: "f", Cluster: (string?)null))]);
        Assert.Equal((tests, least is null), (slices.Tests, slices.Slices[1].P is null));
        Assert.Equal(
            least is null,
            slices.Warnings.Contains("Not tested, and not counted in the correction: difficulty hard, difficulty (none). A test needs 6 scored questions with the value, and as many others."));
    }

    [Theory]
    [InlineData("Year", "Year", "Year", "year")]
    [InlineData("year_of exam", "Year (of exam)", "Year (of exam)", "other")]
    public void A_name_is_found_by_one_rule_whatever_its_case_and_punctuation(string wanted, string found, string one, string two)
    {
        Assert.Equal(found, MetadataNames.Find([one, two], wanted));
        Assert.Equal((found, "other group"), CounterfactualPairs.ColumnsIn([one, two, "other group"], wanted, "other_group"));
    }

    [Fact]
    public void A_name_that_may_be_several_is_refused()
    {
        const string Names = "'YEAR', 'Year '";
        Assert.Equal($"'year' may be {Names}: write the one that is meant as the question set does.", Assert.Throws<InputException>(static () => MetadataNames.Find(["YEAR", "Year "], "year")).Message);
        Assert.StartsWith($"'year', which is to name the pair, may be {Names}", Assert.Throws<InputException>(static () => CounterfactualPairs.ColumnsIn(["YEAR", "Year ", "group"], "year", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_tested_while_questions_failed_or_where_nothing_is_left_to_compare()
    {
        var accumulator = new MetadataSlicesAccumulator(["year"]);
        accumulator.Add(Asked("2019"), Answered(0, true, null));
        accumulator.Add(Asked("2020"), Answered(1, true, null) with { Failure = new AnswerFailure("workerCrashed", "x"), Answer = null });
        var slices = accumulator.Build();
        Assert.All(slices.Slices, static slice => Assert.Null(slice.P));
        Assert.Equal(0, slices.Tests);
        Assert.Equal("1 questions failed: nothing is tested until a retry has answered them.", slices.Warnings[0]);

        var alone = new MetadataSlicesAccumulator(["year"]);
        alone.Add(Asked("2019"), Answered(0, true, null));
        Assert.Null(Assert.Single(alone.Build().Slices).P);
    }

    [Fact]
    public void Metadata_that_no_question_has_and_such_with_too_many_values_are_refused()
    {
        var accumulator = new MetadataSlicesAccumulator(["year", "kind"]);
        accumulator.Add(Asked("2019"), Answered(0, true, null));
        Assert.Equal("No question has metadata named 'kind'.", Assert.Throws<InputException>(accumulator.Build).Message);
        for (var at = 1; at < 50; at++)
        {
            accumulator.Add(Asked($"{at}"), Answered(at, true, null));
        }

        accumulator.Add(null, Answered(50, true, null));
        Assert.Equal("'year' has more than 50 values, too many to compare: name metadata with fewer.", Assert.Throws<InputException>(() => accumulator.Add(Asked("more"), Answered(51, true, null))).Message);
    }

    private static MetadataSlices Slices(string[] names, (bool Right, string? Difficulty, string? Sex, string? Cluster)[] answers)
    {
        var accumulator = new MetadataSlicesAccumulator([.. names.Distinct()]);
        foreach (var (at, (right, difficulty, sex, cluster)) in answers.Index())
        {
            var metadata = new Dictionary<string, string>();
            foreach (var (name, value) in ((string, string?)[])[("difficulty", difficulty), (names[^1], sex)])
            {
                if (value is not null)
                {
                    metadata[name] = value;
                }
            }

            accumulator.Add(metadata, Answered(at, right, cluster));
        }

        return accumulator.Build();
    }

    private static Dictionary<string, string> Asked(string year) => new() { ["year"] = year };

    private static AnsweredQuestion Answered(int ordinal, bool right, string? cluster) => new()
    {
        Ordinal = ordinal, Id = $"q{ordinal}", Dataset = "d", OptionCount = 2, Gold = 0, Answer = right ? 0 : 1, Votes = [right ? 1 : 0, right ? 0 : 1], SamplesAsked = 1, Cluster = cluster,
    };
}
