using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Evaluation;

namespace MedQA.Cli.Studies;

/// <summary>Finds the studies that commands name.</summary>
internal static class StudyNames
{
    /// <summary>The study of a name, of the unique beginning of a name, or the latest.</summary>
    /// <exception cref="InputException">There is none, or several begin so.</exception>
    public static async Task<StudyResource> FindStudyAsync(this CalledService service, string name, CancellationToken cancellationToken)
    {
        var studies = (await service.Client.ListStudiesAsync(cancellationToken)).Studies;
        StudyResource[] matching = [.. name == "latest"
            ? studies.Take(1)
            : studies.Where(study => study.Study.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return matching switch
        {
            [var one] => await service.Client.GetStudyAsync(one.Study, cancellationToken),
            [] => throw new InputException(
                studies.Length == 0
                    ? "There are no studies yet. Make one: medqa study create --help"
                    : NoStudy(name, RunNames.Meant(name, studies.Select(static study => study.Study)))),
            _ => throw new InputException(
                $"'{name}' is the beginning of {matching.Length} studies: "
                    + $"{string.Join(", ", matching.Take(5).Select(static study => study.Study))}. Give more characters."),
        };
    }

    /// <summary>Says that there is no such study, and where they are listed.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="meant">The name that is meant, in brackets, or nothing.</param>
    public static string NoStudy(string name, string meant = "") =>
        $"There is no study '{name}' here{meant}. `medqa study list` lists the studies.";

    /// <summary>Says that a study has no such rater, and where they are listed.</summary>
    public static string NoRater(string study, string rater) =>
        $"Study '{study}' has no rater '{rater}', or not any more. `medqa study show {study}` lists them.";
}
