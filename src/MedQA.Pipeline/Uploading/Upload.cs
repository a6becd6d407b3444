using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>A stored question set.</summary>
/// <param name="BlobName">Its blob in the container of question sets.</param>
/// <param name="ETag">Its version.</param>
/// <param name="Created">Whether it was stored now; else the same content stood there already.</param>
public sealed record Upload(string BlobName, StoredVersion ETag, bool Created);
