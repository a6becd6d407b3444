using MedQA.Evaluation.Randomness;
using MedQA.Evaluation.Statistics;

namespace MedQA.Evaluation.Rating;

/// <summary>The effect that a study is planned to detect.</summary>
public sealed record PowerQuestion
{
    /// <summary>The favourable share that is expected of one source, between 0 and 1.</summary>
    public required double Share { get; init; }

    /// <summary>How much higher that of the other source is: the minimum detectable difference.</summary>
    public required double Difference { get; init; }

    /// <summary>How many raters see each answer.</summary>
    public int RatersPerAnswer { get; init; } = 1;

    /// <summary>
    /// How far ratings of one answer go together, from 0 (as if each were of another answer) to 1 (raters always agree): the intraclass
    /// correlation. It has no effect with one rater per answer.
    /// </summary>
    public double Correlation { get; init; } = 0.3;

    /// <summary>The power: the probability of detecting the difference.</summary>
    public double Power { get; init; } = 0.8;

    /// <summary>The level of the test.</summary>
    public double Level { get; init; } = 0.05;

    /// <summary>
    /// How many tests the report makes: axes times pairs of sources. Holm's correction is as strict as Bonferroni's for the smallest p, and
    /// that is assumed here.
    /// </summary>
    public int Tests { get; init; } = 1;

    /// <summary>The seed of the simulated studies.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>
/// How many questions a study needs, by simulation: each simulated study draws the ratings of both sources' answers to each question, and
/// tests the mean difference over questions as the report does (its permutation test's normal limit: the sum of differences over the root
/// of the sum of their squares). Of an answer with several ratings these follow a beta-binomial distribution.
/// </summary>
public static class StudyPower
{
    /// <summary>The most questions that are tried.</summary>
    public const int MaxQuestions = 20_000;

    private const int Studies = 2000;
    private const int First = 5;

    /// <summary>Returns the share of simulated studies with this many questions that detect the difference.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A figure is outside its range.</exception>
    public static double Of(PowerQuestion question, int questions)
    {
        Check(question);
        ArgumentOutOfRangeException.ThrowIfLessThan(questions, 1);
        var critical = Normal.TwoSidedQuantile(1 - (question.Level / question.Tests));
        var seen = 0;
        for (var study = 0; study < Studies; study++)
        {
            var stream = RandomStream.For("study-power", question.Seed, "", $"{study}");
            var (sum, squares) = (0.0, 0.0);
            for (var place = 0; place < questions; place++)
            {
                var difference = Favourable(
                    stream,
                    place,
                    1,
                    question.Share + question.Difference,
                    question) - Favourable(stream, place, 0, question.Share, question);
                sum += difference;
                squares += difference * difference;
            }

            seen += squares > 0 && Math.Abs(sum) / Math.Sqrt(squares) >= critical ? 1 : 0;
        }

        return (double)seen / Studies;
    }

    /// <summary>Returns the fewest questions, rounded up to a multiple of five, that reach the power asked for.</summary>
    /// <returns><see langword="null"/> if <see cref="MaxQuestions"/> do not suffice.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A figure is outside its range.</exception>
    public static int? QuestionsFor(PowerQuestion question)
    {
        Check(question);
        var enough = First;
        while (Of(question, enough) < question.Power)
        {
            if ((enough *= 2) > MaxQuestions)
            {
                return null;
            }
        }

        var few = enough / 2;
        while (enough - few > First)
        {
            var middle = few + ((enough - few) / 2 / First * First);
            middle = middle == few ? few + First : middle;
            if (Of(question, middle) >= question.Power)
            {
                enough = middle;
            }
            else
            {
                few = middle;
            }
        }

        return enough;
    }

    /// <summary>Returns the favourable share of an answer's ratings: Pólya's urn, whose draws are beta-binomial.</summary>
    private static double Favourable(RandomStream stream, int place, int source, double share, PowerQuestion question)
    {
        var hits = 0;
        for (var rater = 0; rater < question.RatersPerAnswer; rater++)
        {
            // The urn holds (1 − ρ)/ρ balls at the beginning, and one more after each draw.
            var chance = rater == 0
                ? share
                : ((share * (1 - question.Correlation))
                    + (question.Correlation * hits)) / (1 - question.Correlation + (question.Correlation * rater));
            hits += stream.Uniform(place, rater, source) < chance ? 1 : 0;
        }

        return (double)hits / question.RatersPerAnswer;
    }

    private static void Check(PowerQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        (bool Holds, string Name, string Range)[] rules =
        [
            (question.Share is > 0 and < 1, "share", "between 0 and 1"),
            (question.Difference != 0
                && question.Share + question.Difference is >= 0 and <= 1, "difference", "other than 0, and lead to a share from 0 to 1"),
            (question.RatersPerAnswer is >= 1 and <= 100, "number of raters per answer", "from 1 to 100"),
            (question.Correlation is >= 0 and <= 1, "correlation", "from 0 to 1"),
            (question.Power is > 0 and < 1, "power", "between 0 and 1"),
            (question.Level is > 0 and < 1, "level", "between 0 and 1"),
            (question.Tests >= 1, "number of tests", "at least 1"),
        ];
        foreach (var (holds, name, range) in rules)
        {
            if (!holds)
            {
                throw new ArgumentOutOfRangeException(nameof(question), $"The {name} must be {range}.");
            }
        }
    }
}
