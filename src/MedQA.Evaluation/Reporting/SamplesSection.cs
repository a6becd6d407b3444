using System.Collections.Immutable;
using MedQA.Evaluation.Blocks;

namespace MedQA.Evaluation.Reporting;

/// <summary>What single samples and fewer samples score.</summary>
internal sealed class SamplesSection : IReportSection
{
    /// <summary>The numbers of samples that a table shows of a curve over all of them.</summary>
    private static readonly int[] Milestones = [1, 2, 3, 5, 7, 9, 11, 15, 21, 31, 41, 61, 81, 100];

    /// <inheritdoc/>
    public string Title => "Fewer samples";

    /// <inheritdoc/>
    public IEnumerable<Block> Blocks(RunReport report)
    {
        if (report.Samples is not { } samples)
        {
            yield break;
        }

        yield return new Paragraph(
            $"One sample alone is right on {Figures.Percent(samples.MeanAccuracy)} of {Figures.Count(samples.Questions)} questions: from "
                + $"{Figures.Percent(samples.LowestAccuracy)} to {Figures.Percent(samples.HighestAccuracy)} over the {samples.Samples} "
                + $"samples, standard deviation {Figures.Percent(samples.Deviation)}.");
        if (samples.Subsets.IsEmpty)
        {
            yield break;
        }

        yield return Drawn(samples.Subsets);
        yield return new Table(
            [new("m samples", true), new("pass@m", true), new("maj@m (ties at 1/t)", true), new("tokens a question", true)],
            [
                .. samples.Subsets
                    .Where(score => Milestones.Contains(score.Samples) || score.Samples == samples.Samples)
                    .Select(
                        score => ImmutableArray.Create(
                            $"{score.Samples}", Figures.Percent(score.PassAt), Figures.Percent(score.MajorityAt), Tokens(score.Samples))),
            ]);

        // The answers of a second stage cost the first stage too, whatever their number.
        string Tokens(int count) => report.Protocol.Profile.Strategy.HasSecondStage
            ? Figures.None
            : ((double)report.Tokens.Generated * count / samples.Samples / report.Questions.Asked).ToString("#,0");
    }

    /// <summary>Returns what fewer samples would have scored.</summary>
    /// <param name="subsets">For m = 1 to the number of samples, at least 2.</param>
    public static Plot Drawn(ImmutableArray<SubsetScore> subsets)
    {
        var area = new PlotArea((1, subsets.Length), (0, 1));
        foreach (var m in Enumerable.Range(0, 6).Select(step => 1 + (int)Math.Round(step * (subsets.Length - 1) / 5.0)).Distinct())
        {
            area.TickX(m, $"{m}");
        }

        PlotArea.Percentages(area.TickY);
        var close = subsets[^1].PassAt - subsets[^1].MajorityAt < 0.06;
        area.Curve([.. subsets.Select(static score => ((double)score.Samples, score.PassAt))], "line-two", "pass@m", raised: close ? 8 : 0);
        area.Curve(
            [.. subsets.Select(static score => ((double)score.Samples, score.MajorityAt))], "line-one", "maj@m", raised: close ? -8 : 0);
        area.Label("samples m", "share of the questions");
        return new Plot(
            "Fewer samples: the vote (maj@m), and at least one sample right (pass@m)",
            area.Draw("pass@m and maj@m for every number of samples; the numbers are in the table."));
    }
}
