using MedQA.LocalHost.Hosting;
using MedQA.LocalHost.Runs;
using MedQA.LocalHost.Settings;

namespace MedQA.LocalHost.Studies;

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
                    : $"There is no study '{name}' here{RunNames.Meant(name, studies.Select(static study => study.Study))}. `medqa study "
                        + "list` lists the studies."),
            _ => throw new InputException(
                $"'{name}' is the beginning of {matching.Length} studies: "
                    + $"{string.Join(", ", matching.Take(5).Select(static study => study.Study))}. Give more characters."),
        };
    }
}
