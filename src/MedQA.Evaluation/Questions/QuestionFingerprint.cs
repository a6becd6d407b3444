using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Evaluation.Questions;

/// <summary>Recognizes the same question under another id, in another data set or in another run.</summary>
public static class QuestionFingerprint
{
    /// <summary>
    /// 16 lower-case hexadecimal digits: the first 64 bits of SHA-256 over context, text and options, each with its length in front.
    /// Id, data set, topic, gold and metadata are ignored. A question of which several options can be right is another one than the same
    /// text with one right option: it asks for another answer.
    /// </summary>
    public static string Of(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, question.Context ?? "");
        Append(hash, question.Text);
        foreach (var option in question.Options)
        {
            Append(hash, option);
        }

        if (question.SeveralRight)
        {
            hash.AppendData("several right"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    /// <summary>
    /// Returns what a question's answer may depend on together with other answers, 16 lower-case hexadecimal digits: the passage where it
    /// has one, else the question itself. White space, case and the order of the options play no part: an answer to the same question in
    /// another order is not new evidence.
    /// </summary>
    public static string ClusterOf(Question question)
    {
        ArgumentNullException.ThrowIfNull(question);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (!string.IsNullOrWhiteSpace(question.Context))
        {
            Append(hash, Plain(question.Context));
        }
        else
        {
            Append(hash, Plain(question.Text));
            foreach (var option in question.Options.Select(Plain).Order(StringComparer.Ordinal))
            {
                Append(hash, option);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    private static string Plain(string text) =>
        string.Join(' ', text.Split(null as char[], StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
