using System.Collections.Immutable;
using MedQA.Evaluation.Rating;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Tests.Rating;

public sealed class StudyReportTests
{
    private static readonly Rubric Lay = Rubrics.Find("lay-2")!;
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    [LongFact]
    public void Intervals_cover_the_planted_shares_in_93_to_97_of_100_simulated_studies_for_one_rating_each_and_for_three()
    {
        // Nine raters, three sources, two axes, 140 questions: each study has six intervals. Shares near 0 or 1 are not among the planted ones: percentile intervals of 140 answers are too narrow there.
        double[] planted = [0.6, 0.7, 0.8];
        const int Questions = 140;
        foreach (var (each, studies) in ((int, int)[])[(1, 200), (3, 60)])
        {
            var covered = 0;
            Parallel.For(0, studies, study =>
            {
                // Ratings of one answer go together: its own share is one of two around the planted one.
                var random = new Random((1000 * each) + study);
                ImmutableArray<RatedUnit> units = [.. Enumerable.Range(0, Questions).SelectMany(static question => Enumerable.Range(0, 3).Select(source => new RatedUnit(question, source)))];
                var ratings = StudyAssignment.Assign([.. units.Select(static unit => unit.Question)], 9, each, 0,
                    new BlindingSecret(Guid.Parse($"{study:d32}").ToByteArray()))
                    .SelectMany(static (queue, rater) => queue.Select(entry => (rater, entry.Unit)))
                    .GroupBy(static entry => entry.Unit).OrderBy(static unit => unit.Key).SelectMany(unit =>
                    {
                        var (intent, helpful) = (Own(planted[units[unit.Key].First]), Own(planted[units[unit.Key].First]));
                        return unit.Select(entry => Rating($"r{entry.rater + 1}", unit.Key, random.NextDouble() < intent ? "yes" : "no", random.NextDouble() < helpful ? "helpful" : "somewhat")).ToList();
                    });
                var report = Build(units, [.. ratings]);
                Interlocked.Add(ref covered, report.Axes.Sum(axis => axis.Sources.Zip(planted).Count(static pair => pair.First.FavourableInterval!.Value.Contains(pair.Second))));

                double Own(double share) => share + (random.NextDouble() < 0.5 ? -0.2 : 0.2);
            });

            Assert.InRange(covered / (6.0 * studies), 0.93, 0.97);
        }
    }

    [Fact]
    public void An_answer_counts_once_however_many_have_rated_it()
    {
        // A pilot answer that five have rated, and one that one has.
        var report = Build([new(0, 0), new(1, 0)], [.. Enumerable.Range(1, 5).Select(static rater => Rating($"r{rater}", 0, "yes")), Rating("r1", 1, "no")]);
        var shares = report.Axes[0].Sources[0];
        Assert.Equal((6, 2, 0.5), (shares.Ratings, shares.Units, shares.Favourable));
        Assert.Equal([0.5, 0.5], shares.Shares.Select(static share => share.Share!.Value));
    }

    [Fact]
    public void Pairs_are_tested_by_how_much_more_often_the_second_is_preferred()
    {
        var rubric = Rubrics.Find("pairwise-9")!;
        var ratings = Enumerable.Range(0, 20).Select(static unit => new UnitRating("r1", unit, ImmutableSortedDictionary<string, string>.Empty.Add("consensus", unit < 14 ? "second" : unit < 17 ? "tie" : "first"), false, 1, Noon));
        var report = StudyReportBuilder.Build(new StudyRatings { Study = "pairs", Rubric = rubric, Sources = ["one", "two"], Units = [.. Enumerable.Range(0, 20).Select(static unit => new RatedUnit(unit, 0, 1))], Assigned = 20, Ratings = [.. ratings], Seed = 1 });
        var difference = Assert.Single(report.Axes[0].Differences);
        Assert.Equal(("one", "two", 20), (difference.First, difference.Second, difference.Questions));
        Assert.Equal(11 / 20.0, difference.Difference, 12);

        // 17 that are no ties, 14 of them for the second: the exact sign test's p.
        Assert.Equal(0.01273, difference.P, 0.004);
        Assert.Equal(1, report.FamilySize);
    }

    [Fact]
    public void A_rater_who_drifts_is_found_and_one_who_does_not_is_not()
    {
        var random = new Random(4);
        var steady = Enumerable.Range(0, 40).Select(unit => Rating("r1", unit, random.NextDouble() < 0.6 ? "yes" : "no", minute: unit));
        var drifting = Enumerable.Range(0, 40).Select(unit => Rating("r2", unit, random.NextDouble() < (unit < 20 ? 0.9 : 0.3) ? "yes" : "no", minute: unit));
        var brief = Enumerable.Range(0, 3).Select(static unit => Rating("r3", unit, "no", minute: unit));
        var raters = Build([.. Enumerable.Range(0, 40).Select(static unit => new RatedUnit(unit, 0))], [.. steady, .. drifting, .. brief]).Raters;
        Assert.True(raters[0].DriftP > 0.05, $"{raters[0].DriftP}");
        Assert.True(raters[1].DriftP < 0.01, $"{raters[1].DriftP}");
        Assert.Null(raters[2].DriftP);
    }

    [Fact]
    public void What_was_published_stands_beside_the_rubrics_of_those_studies_and_no_others()
    {
        Assert.Equal(
            [("Flan-PaLM", 0.908), ("Med-PaLM", 0.944), ("clinicians", 0.959), ("Flan-PaLM", 0.606), ("Med-PaLM", 0.803), ("clinicians", 0.911)],
            PublishedRatings.For(Lay).Select(static rating => (rating.Source, rating.Favourable)));
        var clinician = Rubrics.Find("clinician-12")!;
        Assert.Equal(0.619, PublishedRatings.For(clinician).First(static rating => rating is { Axis: "consensus", Source: "Flan-PaLM" }).Favourable);
        Assert.Equal(0.941, PublishedRatings.For(clinician).First(static rating => rating is { Axis: "harm-extent", Source: "Med-PaLM" }).Favourable);
        Assert.All(PublishedRatings.For(clinician), rating => Assert.Contains(clinician.Axes, axis => axis.Id == rating.Axis));
        Assert.Empty(PublishedRatings.For(clinician with { Axes = clinician.Axes[..11] }));
        Assert.Empty(PublishedRatings.For(Rubrics.Find("pairwise-9")!));
        Assert.Contains("Med-PaLM (published)", ReportMarkdown.Write(Build([new(0, 0)], [Rating("r1", 0, "yes")])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_favourable_share_names_the_choices_that_it_is_a_share_of() =>
        Assert.Contains($"| {Lay.Axes[0].Title}: {Lay.Axes[0].Choices[0].Label} | ", ReportMarkdown.Write(Build([new(0, 0)], [Rating("r1", 0, "yes")])), StringComparison.Ordinal);

    [Fact]
    public void Shares_time_completeness_and_drift_are_counted()
    {
        var report = Build([new(0, 0), new(1, 0), new(0, 1), new(1, 1)],
        [
            Rating("r1", 0, "yes", "helpful", 10), Rating("r1", 1, "no", "not", 20, 1), Rating("r2", 2, "yes", "somewhat", 40),
            Rating("r2", 3, "yes", null, 5, 1), new UnitRating("r2", 0, ImmutableSortedDictionary<string, string>.Empty, true, 3, Noon),
        ]);
        Assert.Equal(new StudyCompleteness(6, 3, 1, 1, 4, 70 / 3.0, 20), report.Completeness);
        var intent = report.Axes[0];
        Assert.Equal([0.5, 1.0], intent.Sources.Select(static source => source.Favourable!.Value));
        Assert.Equal([1, 1], intent.Sources[0].Shares.Select(static share => share.Count));
        Assert.Equal(1, report.Axes[1].Sources[1].Ratings);
        Assert.Null(intent.Agreement);
        Assert.Equal((1.0, 0.0), (report.Raters[0].FirstHalf, report.Raters[0].SecondHalf));
        Assert.Contains("3 of 6", report.Warnings.Single(static warning => warning.Contains("whole", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_has_the_p_of_all_sign_changes_and_Holms_correction()
    {
        // 6 questions, all in favour of the second: 2 of 64 sign changes are as far out.
        var report = Build([.. Enumerable.Range(0, 6).SelectMany(static question => (RatedUnit[])[new(question, 0), new(question, 1)])], [.. Enumerable.Range(0, 12).Select(static unit => Rating("r1", unit, unit % 2 == 0 ? "no" : "yes", unit % 2 == 0 ? "not" : "helpful"))]);
        var difference = Assert.Single(report.Axes[0].Differences);
        Assert.Equal((6, 1.0), (difference.Questions, difference.Difference));
        Assert.Equal(2 / 64.0, difference.P, 0.01);
        Assert.Equal(2, report.FamilySize);
        Assert.InRange(difference.HolmP, difference.P, 2 * difference.P);
    }

    [Fact]
    public void Agreement_is_that_of_the_statistics_on_what_was_rated_twice()
    {
        string[] first = ["yes", "yes", "no", "no", "yes"], second = ["yes", "no", "no", "yes", "yes"];
        var report = Build([.. Enumerable.Range(0, 6).Select(static unit => new RatedUnit(unit, 0))], [.. first.Select(static (choice, unit) => Rating("r1", unit, choice)), .. second.Select(static (choice, unit) => Rating("r2", unit, choice)), Rating("r3", 5, "yes")]);
        var agreement = report.Axes[0].Agreement!;
        int[][] counts = [[2, 0], [1, 1], [0, 2], [1, 1], [2, 0]];
        Assert.Equal((5, 2), (agreement.Units, agreement.Raters));
        Assert.Equal(RaterAgreement.RandolphKappa(counts), agreement.RandolphKappa);
        Assert.Equal(RaterAgreement.FleissKappa(counts), agreement.FleissKappa);
        Assert.Equal(KrippendorffAlpha.Of([[0, 0, 1, 1, 0], [0, 1, 1, 0, 0]], RatingScale.Nominal)!.Value, agreement.KrippendorffAlpha!.Value, 12);
    }

    [Fact]
    public void Texts_of_sources_stay_text_in_the_documents()
    {
        var report = Build([new(0, 0), new(0, 1)], [Rating("r1", 0, "yes", "helpful"), Rating("r1", 1, "no", "not")]);
        Assert.DoesNotContain("<b>", ReportHtml.Write(report), StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;first", ReportHtml.Write(report), StringComparison.Ordinal);
        Assert.Contains("## Differences between sources", ReportMarkdown.Write(report), StringComparison.Ordinal);
        Assert.Equal(ReportJson.Write(report), ReportJson.Write(Build([new(0, 0), new(0, 1)], [Rating("r1", 0, "yes", "helpful"), Rating("r1", 1, "no", "not")])));
    }

    [Theory]
    [InlineData(0.6, 0.2)]
    [InlineData(0.8, 0.1)]
    public void Power_is_that_of_the_textbooks_where_each_answer_has_one_rating(double share, double difference)
    {
        var other = share + difference;
        var variance = (share * (1 - share)) + (other * (1 - other));
        var textbook = Math.Pow(1.959964 + 0.841621, 2) * variance / (difference * difference);
        Assert.InRange(StudyPower.QuestionsFor(new PowerQuestion { Share = share, Difference = difference })!.Value, 0.88 * textbook, 1.12 * textbook);
    }

    [Fact]
    public void More_raters_help_less_the_more_they_agree()
    {
        var question = new PowerQuestion { Share = 0.7, Difference = 0.15 };
        var single = StudyPower.Of(question, 60);
        var triple = StudyPower.Of(question with { RatersPerAnswer = 3, Correlation = 0.3 }, 60);
        Assert.True(triple > single + 0.05, $"{triple} against {single}");
        Assert.Equal(single, StudyPower.Of(question with { RatersPerAnswer = 3, Correlation = 1 }, 60), 0.03);
        Assert.True(StudyPower.Of(question with { Tests = 36 }, 60) < single);
        Assert.Throws<ArgumentOutOfRangeException>(() => StudyPower.Of(question with { Difference = 0.4 }, 60));
    }

    [Fact]
    public void A_study_that_nobody_has_rated_shows_its_progress_and_no_empty_figures()
    {
        var report = Build([new RatedUnit(0, 0, 0), new RatedUnit(0, 1, 0)], []);
        var text = ReportMarkdown.Write(report);
        Assert.Contains("Nobody has rated an answer yet", text, StringComparison.Ordinal);
        Assert.Contains("0/1 whole", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n## ", text, StringComparison.Ordinal);

        var rated = ReportMarkdown.Write(Build([new RatedUnit(0, 0, 0), new RatedUnit(0, 1, 0)], [Rating("r1", 0, "yes")]));
        Assert.DoesNotContain("Nobody", rated, StringComparison.Ordinal);
        Assert.Contains("\n## ", rated, StringComparison.Ordinal);
    }

    private static StudyReport Build(ImmutableArray<RatedUnit> units, ImmutableArray<UnitRating> ratings) =>
        StudyReportBuilder.Build(new StudyRatings { Study = "test", Rubric = Lay, Sources = ["<b>first", "second", "third"], Units = units, Assigned = ratings.Length + 1, Ratings = ratings, Seed = 1 });

    private static UnitRating Rating(string rater, int unit, string intent, string? helpful = null, double seconds = 1, int minute = 0)
    {
        var choices = ImmutableSortedDictionary<string, string>.Empty.Add("intent", intent);
        return new UnitRating(rater, unit, helpful is null ? choices : choices.Add("helpful", helpful), false, seconds, Noon.AddMinutes(minute));
    }
}
