using MedQA.Evaluation.Answering;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The first line of <c>runs/{run}/counted/{batch}.jsonl</c>: what Advance keeps of a batch's answers once it has collected them, so that a
/// result is not made from a gigabyte of reasonings. It is good for one version of the answers only; where there is none of that version,
/// the answers themselves are read.
/// </summary>
/// <param name="ETag">The version of the answers.</param>
/// <param name="Written">When they were written, by the storage's clock.</param>
/// <param name="Sha256">What they hash to, as <see cref="BatchHashing"/> gives it.</param>
internal sealed record CountedBatch(string ETag, DateTimeOffset Written, byte[] Sha256);

/// <summary>A further line: an answer without the texts and tokens of its reasonings.</summary>
/// <param name="Offset">Where its line begins in the batch's answers, in bytes.</param>
/// <param name="Length">That line's length in bytes.</param>
/// <param name="Answered">The answer.</param>
internal sealed record CountedAnswer(long Offset, int Length, AnsweredQuestion Answered);
