using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// A rater of a study that is a language model. It has no link, no person meets it, and no figure of people's ratings has it.
/// </summary>
/// <param name="Model">The model's name.</param>
/// <param name="Fingerprint">The model's fingerprint.</param>
/// <param name="Samples">Samples of each verdict.</param>
/// <param name="Seed">The seed of the samples.</param>
/// <param name="Prompt">The version of the prompt.</param>
public sealed record StudyJudge(string Model, string Fingerprint, int Samples, long Seed, int Prompt)
{
    /// <summary>
    /// Its name within a study, <c>j</c> and 10 hexadecimal digits: the same judge has the same one in every process, and another prompt,
    /// seed or number of samples is another judge.
    /// </summary>
    public string Name => "j" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{Fingerprint}\n{Model}\n{Samples}\n{Seed}\n{Prompt}"))))[..10];
}
