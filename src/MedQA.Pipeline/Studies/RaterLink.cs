using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// The content of a rater's link: the study, the rater, and a secret of 256 random bits. Links have it after <c>#</c>, which browsers
/// do not send, and the page sends it in a header, so it is in no log. Only a hash of the secret is stored.
/// </summary>
/// <param name="Study">The study.</param>
/// <param name="Rater">The rater's name within it: <c>r1</c>, <c>r2</c> …</param>
/// <param name="Secret">The secret: 43 characters of base64 for addresses.</param>
public sealed record RaterLink(StudyId Study, string Rater, string Secret)
{
    private const int SecretBytes = 32;
    private const int MaxRaterLength = 6;

    /// <summary>A link with a new secret.</summary>
    public static RaterLink New(StudyId study, string rater) =>
        new(study, rater, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>The name of the rater of a number from 1.</summary>
    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"r{number}");

    /// <summary>Reads what a link carries.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RaterLink? link)
    {
        link = null;
        var parts = text?.Split('-', 3) ?? [];
        if (parts.Length != 3
            || !StudyId.TryParse(parts[0], out var study)
            || !IsRater(parts[1])
            || parts[2].Length != Base64Url.GetEncodedLength(SecretBytes)
            || !Base64Url.IsValid(parts[2]))
        {
            return false;
        }

        link = new RaterLink(study, parts[1], parts[2]);
        return true;
    }

    /// <summary>Whether a text can be a rater's name.</summary>
    public static bool IsRater([NotNullWhen(true)] string? text) =>
        text is ['r', .. var number]
            && text.Length <= MaxRaterLength
            && number.Length > 0
            && number[0] != '0'
            && number.All(char.IsAsciiDigit);

    /// <summary>What is stored of the secret: SHA-256 in hexadecimal. A secret of 256 random bits needs no salt and no slow hash.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Secret)));

    /// <summary>Whether this is the secret that a hash was stored of; the time it takes says nothing about how near it is.</summary>
    public bool Fits(string hash) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash), Encoding.ASCII.GetBytes(hash));

    /// <summary>Returns the part of the link after <c>#</c>.</summary>
    public override string ToString() => $"{Study}-{Rater}-{Secret}";
}
