using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// Names a study: 80 random bits, written as runs are. Nothing about the study can be read from it, and nobody guesses one.
/// </summary>
public readonly record struct StudyId
{
    private readonly RunId _id;

    private StudyId(RunId id) => _id = id;

    /// <summary>A name that no study has.</summary>
    public static StudyId New() => new(RunId.FromHash(RandomNumberGenerator.GetBytes(10)));

    /// <summary>Reads a study's name; capital letters are accepted.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out StudyId study)
    {
        var known = RunId.TryParse(text, out var id);
        study = new StudyId(id);
        return known;
    }

    /// <summary>The 16 characters.</summary>
    public override string ToString() => _id.ToString();
}
